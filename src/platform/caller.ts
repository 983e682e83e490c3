import type { Context } from 'hono'
import { canonicalIp } from './ip-address'

/**
 * Who called, as the platform tells it. Nothing here is taken from what a client may say about
 * itself.
 */
export type Caller = Readonly<{
  /** One spelling per address; `unknown` when the edge named none. */
  ip: string
  /** ISO 3166-1 alpha-2 of the edge's own look-up. */
  country: string | null
  /** What the client calls itself: shown to people, decides nothing. At most 256 characters. */
  userAgent: string | null
  requestId: string
}>

/** The caller of jobs and queues. */
export const SYSTEM: Caller = { ip: 'system', country: null, userAgent: null, requestId: 'system' }

const MAX_USER_AGENT_LENGTH = 256

/**
 * Reads the caller. `CF-Connecting-IP` is set by Cloudflare's edge on each request and overwrites
 * what a client sent; `X-Forwarded-For` and its kin are the client's own words and are not read.
 */
export function callerOf(c: Context, requestId: string): Caller {
  const cf = c.req.raw.cf as { country?: unknown } | undefined
  const userAgent = c.req.header('User-Agent')
  return {
    ip: canonicalIp(c.req.header('CF-Connecting-IP') ?? '') ?? 'unknown',
    country:
      typeof cf?.country === 'string' && /^[A-Z0-9]{2}$/.test(cf.country) ? cf.country : null,
    userAgent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH).toWellFormed() ?? null,
    requestId,
  }
}
