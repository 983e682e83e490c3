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
    let looksAt = end
    const look = () => {
      const left = end - performance.now()
      if (left > 0) lookIn(left)
      else reject(problem('service_unavailable', { reason: `no answer in ${given} ms` }))
    }
    const lookIn = (ms: number) => {
      looksAt = performance.now() + ms
      timer = setTimeout(look, ms)
    }
    lookIn(given)
    // One timer for most requests: it is set anew when it has run, or would be too late.
    c.set('extendDeadline', (ms) => {
      given = ms
      end = performance.now() + ms
      if (end >= looksAt) return
      clearTimeout(timer)
      lookIn(ms)
    })
  })
  try {
    await Promise.race([seeThrough(c.var.deps, next()), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
