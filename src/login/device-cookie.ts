import { hasMac, mac, randomToken, sha256 } from '../crypto/token'
import type { Deps } from '../context'
import { DEVICE_COOKIE_SECONDS } from '../http/cookies'

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

/** The nonce of a device cookie of this user; `undefined` if it is forged, too old or somebody else's. */
export function readDeviceCookie(
  deps: Pick<Deps, 'settings' | 'now'>,
  userId: string,
  cookie: string | undefined,
): string | undefined {
  const [, nonce, issuedText, tag] = FORMAT.exec(cookie ?? '') ?? []
  if (!nonce || !issuedText || !tag) return undefined
  const issued = Number(issuedText)
  const ageSeconds = deps.now().getTime() / 1000 - issued
  if (ageSeconds >= DEVICE_COOKIE_SECONDS) return undefined
  const isOurs = hasMac(deps.settings.SEALING_KEYS, 'device', textOf(userId, nonce, issued), tag)
  return isOurs ? nonce : undefined
}

const textOf = (userId: string, nonce: string, issued: number) => `${userId}.${nonce}.${issued}`

/** What is stored of a device: the nonce itself stays with the browser. */
export const deviceHashOf = (nonce: string): string => sha256(nonce)
