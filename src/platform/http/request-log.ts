import type { Context, Next } from 'hono'
import { routePath } from 'hono/route'
import { randomId } from '../crypto/token'
import type { AppEnv } from '../deps'
import { log } from '../log'

/**
 * Gives the request its id and writes one line when it is answered. The route's pattern is logged,
 * not the URL: whatever a client puts there stays out of the log. An id that a client sends is not
 * taken.
 */
export async function requestLog(c: Context<AppEnv>, next: Next) {
  const requestId = randomId('req')
  c.set('requestId', requestId)
  const startedAt = performance.now()
  await next()
  const { status } = c.res
  const refusal = c.get('refusal')
  log(status >= 500 ? 'error' : 'info', 'request', {
    request_id: requestId,
    method: c.req.method,
    route: routePath(c, -1),
    status,
    ms: Math.round(performance.now() - startedAt),
    ...refusal,
  })
}
