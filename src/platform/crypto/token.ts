import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { deriveKey, type Keyring } from './keyring'

const TOKEN_BYTES = 32

/** An unguessable value of 256 bits, base64url, 43 characters. */
export const randomToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/**
 * A public identifier such as `usr_…`: 128 random bits, so that ids tell neither number nor order.
 */
export const randomId = (prefix: string): string =>
  `${prefix}_${randomBytes(16).toString('base64url')}`

/**
 * Six decimal digits, leading zeros kept; `randomInt` draws again instead of folding, so no digit
 * is likelier.
 */
export const randomCode = (): string => String(randomInt(1_000_000)).padStart(6, '0')

/**
 * What is stored in place of a random token. Enough for 256-bit values, never for passwords or
 * codes.
 */
export const sha256 = (text: string): string =>
  createHash('sha256').update(text).digest('base64url')

/** HMAC-SHA-256 of `text` under the ring's newest key for this purpose, base64url. */
export const mac = (ring: Keyring, purpose: string, text: string): string =>
  createHmac('sha256', deriveKey(ring[0], purpose)).update(text).digest('base64url')

/** Whether `tag` is the MAC of `text` under any key of the ring. */
export function hasMac(ring: Keyring, purpose: string, text: string, tag: string): boolean {
  return ring.some((key) => equalSecrets(tag, mac([key], purpose, text)))
}

/** Compares two secrets without telling where they differ. Hashed first: the lengths may differ. */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
