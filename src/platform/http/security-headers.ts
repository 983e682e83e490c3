import type { Context, Next } from 'hono'
import type { AppEnv } from '../deps'

/**
 * What is JSON for a program is no page for a browser: it shows nothing, runs nothing, sits in no
 * frame.
 */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

const HEADERS = Object.entries({
  'Content-Security-Policy': API_POLICY,
  'Cache-Control': 'no-store',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // Always, so that no cache gives one origin the answer that another may read.
  Vary: 'Origin',
})

/**
 * Gives every answer its security headers: pages, refusals, errors and files alike. They are set
 * before the route runs, so that Hono builds the response with them; setting them afterwards would
 * build each response twice, which an authenticated read would feel. A route may set another
 * `Cache-Control`.
 */
export async function securityHeaders(c: Context<AppEnv>, next: Next) {
  for (const [name, value] of HEADERS) c.header(name, value)
  c.header('X-Request-Id', c.get('requestId'))
  await next()
  const { headers, status } = c.res
  // A refusal is never the public answer that its route would have given (RFC 6585 §4 for 429).
  if (status >= 400) headers.set('Cache-Control', 'no-store')
  if (headers.get('Content-Type') === 'application/json') {
    headers.set('Content-Type', 'application/json; charset=utf-8')
  }
}
