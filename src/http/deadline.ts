import type { Context, Next } from 'hono'
import type { AppEnv } from '../context'
import { problem } from '../problems'
import { seeThrough } from '../reach'

/**
 * Ends a request that hangs, whatever it hangs on, with a 503. A body on its way is given time of
 * its own. Stands right after the deps, which say how long and are made without waiting.
 *
 * What it has begun comes to its end though its caller hangs up: the owner is told of it after the
 * batch.
 */
export async function deadline(c: Context<AppEnv>, next: Next) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    let given = c.var.deps.patience.request
    let end = performance.now() + given
    // One timer a request: where there is more time by then, it is set once more.
    const look = () => {
      const left = end - performance.now()
      if (left > 0) timer = setTimeout(look, left)
      else reject(problem('service_unavailable', { reason: `no answer in ${given} ms` }))
    }
    timer = setTimeout(look, given)
    c.set('extendDeadline', (ms) => {
      given = ms
      end = performance.now() + ms
    })
  })
  try {
    await Promise.race([seeThrough(c.var.deps, next()), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
