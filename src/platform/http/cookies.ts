import { problem } from '../problems'

export const SESSION_COOKIE = '__Host-phantom_session'
export const DEVICE_COOKIE = '__Host-phantom_device'

/** The longest that browsers keep a cookie (RFC 6265bis §5.6.2). */
export const DEVICE_COOKIE_SECONDS = 400 * 86_400

/**
 * The value of a cookie, by its exact name. Two of one name are refused: a sibling host that can
 * plant a second one must not get to choose which is read (cookie tossing).
 */
export function cookieNamed(header: string | undefined, name: string): string | undefined {
  if (!header?.includes(name)) return undefined
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  if (values.length > 1) throw problem('invalid_access_token', { reason: 'cookie sent twice' })
  return values[0]
}

/** Dies with the browser: the server keeps the time, not the cookie (NIST SP 800-63B-4 §5.1). */
export const sessionCookie = (token: string): string =>
  `${SESSION_COOKIE}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict`

export const endedSessionCookie = (): string => `${sessionCookie('')}; Max-Age=0`

/** Lax would do as much harm as good: the cookie only matters on our own login form. */
export const deviceCookie = (value: string): string =>
  `${DEVICE_COOKIE}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${DEVICE_COOKIE_SECONDS}`
