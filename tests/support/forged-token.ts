import { exportJWK, generateKeyPair } from 'jose'
import type { AccessClaims, SigningKey } from '../../src/platform/crypto/jwt'

/** A signing key as settings hold it. */
export async function newSigningKey(kid: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const { x = '', y = '', d = '' } = await exportJWK(privateKey)
  return { kty: 'EC', crv: 'P-256', kid, x, y, d }
}

/** Base64url of JSON, or of a text or bytes as they are. */
export function encode(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url')
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}

/** The header that a key's own tokens bear. */
export const headerOf = ({ kid }: SigningKey) => ({ alg: 'ES256', typ: 'at+jwt', kid })

export const claimsAt = (seconds: number, changes: object = {}): AccessClaims => ({
  iss: 'https://auth.phantom.test',
  aud: 'phantom',
  sub: 'usr_0000000000000000000000',
  sid: 'ses_0000000000000000000000',
  role: 'customer',
  acr: 'aal1',
  amr: ['pwd', 'otp'],
  auth_time: seconds,
  iat: seconds,
  exp: seconds + 300,
  jti: 'j'.repeat(43),
  ...changes,
})

/**
 * Signs any header and payload, whatever they are, with a key of ours: so that it is not the
 * signature that fails. A text stands for itself, so that JSON may hold what no serialiser writes.
 */
export async function forge(key: SigningKey, header: unknown, payload: unknown): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${await es256(key, input)}`
}

async function es256({ kty, crv, x, y, d }: SigningKey, input: string): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: crv }
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y, d }, algorithm, false, [
    'sign',
  ])
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    Buffer.from(input),
  )
  return Buffer.from(signature).toString('base64url')
}

/** Order of the group of P-256 (SEC 2 §2.4.2). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The signature of a token, replaced by 64 bytes that hold r and s. */
export function withSignature(
  token: string,
  change: (r: bigint, s: bigint) => [bigint, bigint],
): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const hex = Buffer.from(signature, 'base64url').toString('hex')
  const [r, s] = change(BigInt(`0x${hex.slice(0, 64)}`), BigInt(`0x${hex.slice(64)}`))
  const bytes = [r, s].map((number) => number.toString(16).padStart(64, '0')).join('')
  return `${header}.${payload}.${Buffer.from(bytes, 'hex').toString('base64url')}`
}

/** Counts what a caller makes us verify, derive or fetch while `act` runs. */
export async function countingWork(act: () => Promise<unknown>): Promise<number> {
  const { subtle } = crypto
  const originalFetch = globalThis.fetch
  let calls = 0
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      calls += 1
      return call(...args)
    }
  subtle.verify = counted(subtle.verify.bind(subtle))
  subtle.deriveBits = counted(subtle.deriveBits.bind(subtle))
  globalThis.fetch = counted(originalFetch)
  try {
    await act()
  } finally {
    // The originals are the prototype's.
    Reflect.deleteProperty(subtle, 'verify')
    Reflect.deleteProperty(subtle, 'deriveBits')
    globalThis.fetch = originalFetch
  }
  return calls
}
