import { hasMac, mac, randomToken, sha256 } from '../crypto/token'
import type { Deps } from '../context'
import { DEVICE_COOKIE_SECONDS } from '../http/cookies'
import { log } from '../log'

const FORMAT = /^([A-Za-z0-9_-]{43})\.(\d{10})\.([A-Za-z0-9_-]{43})$/

/**
 * Makes the device cookie of a browser that has completed a login (OWASP, "Slow Down Online Guessing
 * Attacks with Device Cookies"): `<nonce>.<issued, seconds>.<MAC over user, nonce and time>`. It proves
 * nothing but that this browser was here, and never replaces a step of a login.
 */
export function makeDeviceCookie(
  deps: Pick<Deps, 'settings' | 'now'>,
  userId: string,
  nonce: string = randomToken(),
): string {
  const issued = Math.floor(deps.now().getTime() / 1000)
  return `${nonce}.${issued}.${mac(deps.settings.SEALING_KEYS, 'device', textOf(userId, nonce, issued))}`
}

/**
 * The nonce of a device cookie of this user. One that is forged, too old or somebody else's counts as
 * none, and is logged.
 */
export function readDeviceCookie(
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  userId: string,
  cookie: string | undefined,
): string | undefined {
  if (cookie === undefined) return undefined
  const [, nonce = '', issuedText, tag = ''] = FORMAT.exec(cookie) ?? []
  const issued = Number(issuedText)
  const isOurs = hasMac(deps.settings.SEALING_KEYS, 'device', textOf(userId, nonce, issued), tag)
  const isFresh = deps.now().getTime() / 1000 - issued < DEVICE_COOKIE_SECONDS
  if (isOurs && isFresh) return nonce
  log('warn', 'device_cookie_ignored', {
    request_id: deps.caller.requestId,
    reason: isOurs ? 'expired' : 'forged or of another account',
  })
  return undefined
}

const textOf = (userId: string, nonce: string, issued: number) => `${userId}.${nonce}.${issued}`

/** What is stored of a device: the nonce itself stays with the browser. */
export const deviceHashOf = (nonce: string): string => sha256(nonce)
