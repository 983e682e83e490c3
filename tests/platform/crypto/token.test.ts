import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { deriveKey } from '../../../src/platform/crypto/keyring'
import {
  equalSecrets,
  hasMac,
  mac,
  randomCode,
  randomId,
  randomToken,
  sha256,
} from '../../../src/platform/crypto/token'
import { newRing, rotated } from '../../support/keyrings'

describe('random values', () => {
  test('100,000 tokens are 256 bits each and all different', ({ expect }) => {
    const tokens = new Set<string>()
    for (let draw = 0; draw < 100_000; draw++) tokens.add(randomToken())
    expect(tokens.size).toBe(100_000)
    for (const token of tokens) {
      if (!/^[A-Za-z0-9_-]{43}$/.test(token)) expect.fail(token)
    }
  })

  test('an id is its prefix and 128 bits', ({ expect }) => {
    expect(randomId('usr')).toMatch(/^usr_[A-Za-z0-9_-]{22}$/)
    expect(randomId('usr')).not.toBe(randomId('usr'))
  })

  test('a code has six digits, and no digit is likelier in any place', ({ expect }) => {
    const DRAWS = 100_000
    const counts = Array.from({ length: 6 }, () => Array.from({ length: 10 }, () => 0))
    for (let draw = 0; draw < DRAWS; draw++) {
      const code = randomCode()
      if (!/^\d{6}$/.test(code)) expect.fail(code)
      counts.forEach((place, at) => (place[Number(code[at])] = (place[Number(code[at])] ?? 0) + 1))
    }
    for (const place of counts) {
      const chiSquare = place.reduce((sum, n) => sum + (n - DRAWS / 10) ** 2 / (DRAWS / 10), 0)
      // 9 degrees of freedom: an honest source exceeds 55 once in ten million runs.
      expect(chiSquare).toBeLessThan(55)
    }
  })
})

test('SHA-256 is that of the text, base64url', ({ expect }) => {
  expect(sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
})

describe('a MAC', () => {
  const text = 'otp.123456'

  /** HKDF and HMAC once more, by WebCrypto. */
  async function expectedMac(secret: Uint8Array<ArrayBuffer>, purpose: string, message: string) {
    const { subtle } = crypto
    const base = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
    const info = Buffer.from(`phantom/${purpose}`)
    const key = await subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
      base,
      { name: 'HMAC', hash: 'SHA-256', length: 256 },
      false,
      ['sign'],
    )
    return Buffer.from(await subtle.sign('HMAC', key, Buffer.from(message))).toString('base64url')
  }

  test('is HMAC-SHA-256 under the HKDF key of its purpose', async ({ expect }) => {
    const ring = newRing()
    expect(mac(ring, 'login-code', text)).toBe(await expectedMac(ring[0].bytes, 'login-code', text))
  })

  test('holds for its ring, purpose and text alone', ({ expect }) => {
    const ring = newRing()
    const tag = mac(ring, 'login-code', text)
    expect(hasMac(ring, 'login-code', text, tag)).toBe(true)
    expect(hasMac(ring, 'device', text, tag)).toBe(false)
    expect(hasMac(ring, 'login-code', 'otp.123457', tag)).toBe(false)
    expect(hasMac(newRing(), 'login-code', text, tag)).toBe(false)
    for (const wrong of ['', tag.slice(1), `${tag}=`, tag.toLowerCase(), `${tag}\n`]) {
      expect(hasMac(ring, 'login-code', text, wrong)).toBe(false)
    }
  })

  test('outlives one rotation and not the next', ({ expect }) => {
    const before = newRing('k1')
    const tag = mac(before, 'device', text)
    const during = rotated(before, 'k2')
    expect(mac(during, 'device', text)).not.toBe(tag)
    expect(hasMac(during, 'device', text, tag)).toBe(true)
    expect(hasMac([during[0]], 'device', text, tag)).toBe(false)
  })

  test('uses a key of its own for each purpose', ({ expect }) => {
    const [key] = newRing()
    const keys = ['a', 'b', 'sealed-box'].map((purpose) => deriveKey(key, purpose))
    const texts = [...keys, key.bytes].map((bytes) =>
      createHash('sha256').update(bytes).digest('hex'),
    )
    expect(new Set(texts).size).toBe(4)
    expect(keys.every(({ length }) => length === 32)).toBe(true)
  })
})

test('secrets are equal only to themselves', ({ expect }) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(equalSecrets(a, b)).toBe(a === b)
      expect(equalSecrets(a, a)).toBe(true)
      expect(equalSecrets(a, `${a}\0`)).toBe(false)
    }),
  )
})
