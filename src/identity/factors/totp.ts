import { HOTP, Secret, TOTP } from 'otpauth'
import { equalSecrets } from '../../platform/crypto/token'

/** 160 bits, what RFC 4226 §4 recommends for HMAC-SHA-1, as authenticator apps expect it. */
const SEED_BYTES = 20
const DIGITS = 6
const PERIOD_SECONDS = 30
const ISSUER = 'Phantom'

/** A fresh seed in base32 (RFC 4648 §6), 32 characters. */
export const newSeed = (): string =>
  new Secret({ buffer: crypto.getRandomValues(new Uint8Array(SEED_BYTES)).buffer }).base32

/** The time step that an instant (milliseconds) falls into (RFC 6238 §4.2). */
export const stepAt = (now: number): number => Math.floor(now / 1000 / PERIOD_SECONDS)

/** The code of one time step. */
export const codeAt = (seed: string, step: number): string =>
  new HOTP({ secret: Secret.fromBase32(seed), digits: DIGITS, algorithm: 'SHA1' }).generate({
    counter: step,
  })

/**
 * The time step that a code is of: the present one or the one before, for codes that were typed
 * slowly (RFC 6238 §5.2). `undefined` for any other, those of clocks that run ahead included.
 * Whether the step has been used is the guard's to say.
 */
export function stepOfCode(seed: string, code: string, now: number): number | undefined {
  const current = stepAt(now)
  const [isCurrent, isPrevious] = [current, current - 1].map((step) =>
    equalSecrets(code, codeAt(seed, step)),
  )
  if (isCurrent) return current
  return isPrevious ? current - 1 : undefined
}

/** What an authenticator app reads from the QR code. `account` is how it names the entry. */
export const otpauthUri = (seed: string, account: string): string =>
  new TOTP({
    issuer: ISSUER,
    label: account,
    secret: Secret.fromBase32(seed),
    digits: DIGITS,
    period: PERIOD_SECONDS,
    algorithm: 'SHA1',
  }).toString()
