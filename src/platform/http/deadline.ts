import type { Context, Next } from 'hono'
import { finishInBackground } from '../call-store'
import type { AppEnv } from '../deps'
import { problem } from '../problems'

/**
 * Ends a request that hangs, whatever it hangs on, with a 503. A body on its way is given time of
 * its own. Stands right after the deps, which say how long (platform/patience.ts) and are made
 * without waiting.
 *
 * What it has begun comes to its end though its caller hangs up: the owner is told of it after the
 * batch.
 */
export async function deadline(c: Context<AppEnv>, next: Next) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    const refuseIn = (ms: number) => {
      clearTimeout(timer)
      const reason = `no answer in ${ms} ms`
      // Made when it is needed: an error collects its stack, which each request would pay for.
      timer = setTimeout(() => reject(problem('service_unavailable', { reason })), ms)
    }
    refuseIn(c.var.deps.patience.request)
    c.set('extendDeadline', refuseIn)
  })
  try {
    await Promise.race([finishInBackground(c.var.deps, next()), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
