import type { Context, Next } from 'hono'
import type { AppEnv } from '../deps'

/** Ten minutes: a change of the settings reaches every browser soon. */
const PREFLIGHT_SECONDS = '600'

const EXPOSED =
  'X-Request-Id, Content-Disposition, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate'

/**
 * Lets pages of the configured origins read answers. Compared whole, never by pattern or suffix,
 * and without `Access-Control-Allow-Credentials`: cookies belong to our own origin, others use
 * tokens.
 */
export async function cors(c: Context<AppEnv>, next: Next) {
  const origin = trustedOrigin(c)
  if (origin !== undefined) {
    c.header('Access-Control-Allow-Origin', origin)
    c.header('Access-Control-Expose-Headers', EXPOSED)
  }
  return next()
}

/**
 * Answers a browser that asks, before it sends, whether a page of a trusted origin may (Fetch
 * §4.8).
 */
export function preflight(c: Context<AppEnv>, methods: readonly string[]): Response | undefined {
  const isPreflight =
    c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined
  if (!isPreflight || trustedOrigin(c) === undefined) return undefined
  return c.body(null, 204, {
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Content-Disposition',
    'Access-Control-Max-Age': PREFLIGHT_SECONDS,
  })
}

function trustedOrigin(c: Context<AppEnv>): string | undefined {
  const origin = c.req.header('Origin')
  if (origin === undefined) return undefined
  return c.get('deps').settings.CORS_ORIGINS.find((trusted) => trusted === origin)
}
