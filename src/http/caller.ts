import type { Context } from 'hono'

/** Who called, as the platform tells it. Nothing here is taken from what a client may say about itself. */
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
 * Reads the caller. `CF-Connecting-IP` is set by Cloudflare's edge on each request and overwrites what
 * a client sent; `X-Forwarded-For` and its kin are the client's own words and are not read.
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

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/**
 * One spelling per address: IPv4 without leading zeros, IPv4-mapped IPv6 as IPv4, IPv6 as eight
 * lower-case groups without padding. `undefined` for what is no address.
 */
export function canonicalIp(text: string): string | undefined {
  const v4 = IPV4.exec(text)
  if (v4) {
    const bytes = v4.slice(1).map(Number)
    return bytes.every((byte) => byte <= 255) ? bytes.join('.') : undefined
  }
  const groups = ipv6Groups(text.toLowerCase())
  if (!groups) return undefined
  const [g0, g1, g2, g3, g4, g5, high = 0, low = 0] = groups
  const isMapped = [g0, g1, g2, g3, g4].every((group) => group === 0) && g5 === 0xffff
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return groups.map((group) => group.toString(16)).join(':')
}

function ipv6Groups(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(group)))
  if (!head) return undefined
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail ? missing < 1 : missing !== 0) return undefined
  const groups = tail ? [...head, ...Array<number>(missing).fill(0), ...tail] : head
  return groups.every((value) => Number.isInteger(value)) ? groups : undefined
}

/** One group as a number, a trailing dotted IPv4 as two; NaN for anything else. */
function group(text: string): number[] {
  const v4 = IPV4.exec(text)?.slice(1).map(Number)
  if (v4) {
    const [a = NaN, b = NaN, c = NaN, d = NaN] = v4.map((byte) => (byte <= 255 ? byte : NaN))
    return [a * 256 + b, c * 256 + d]
  }
  return [/^[0-9a-f]{1,4}$/.test(text) ? Number.parseInt(text, 16) : NaN]
}

/** The part of an address that one subscriber holds: an IPv4 address, or an IPv6 /64. */
export function networkOf(ip: string): { network: string; site: string | undefined } {
  if (!ip.includes(':')) return { network: ip, site: undefined }
  const groups = ip.split(':')
  return { network: groups.slice(0, 4).join(':'), site: groups.slice(0, 3).join(':') }
}
