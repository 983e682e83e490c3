import { randomBytes, webcrypto } from 'node:crypto'
import type { SigningKey } from '../../src/platform/crypto/jwt.ts'

/**
 * Makes an ES256 key pair. Its name begins with the time, so that a list tells which key is the
 * newest.
 */
export async function newSigningKey(now = new Date()): Promise<SigningKey> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const { x = '', y = '', d = '' } = await webcrypto.subtle.exportKey('jwk', pair.privateKey)
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const kid = `${stamp}-${randomBytes(6).toString('base64url')}`
  return { kty: 'EC', crv: 'P-256', kid, x, y, d }
}

/** When a key was made, as far as its name tells; the empty text is before all. */
export const madeAt = ({ kid }: SigningKey): string => /^\d{8}T\d{6}Z(?=-)/.exec(kid)?.[0] ?? ''
