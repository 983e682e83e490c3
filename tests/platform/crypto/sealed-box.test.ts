import { createCipheriv, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { open, seal } from '../../../src/platform/crypto/sealed-box'
import { anyCodePoint } from '../../support/code-points'
import { newRing, rotated } from '../../support/keyrings'

const CONTEXT = 'totp_seeds/usr_1'

test('gives back what was sealed', async ({ expect }) => {
  const ring = newRing()
  for (const text of ['', 'a', 'JBSWY3DPEHPK3PXP', '\0', '🐎 é', 'x'.repeat(100_000)]) {
    expect(await open(ring, CONTEXT, await seal(ring, CONTEXT, text))).toBe(text)
  }
})

test('opens what another implementation of its description sealed', async ({ expect }) => {
  const [key] = newRing('k7')
  const iv = Buffer.alloc(12, 7)
  const derived = hkdfSync('sha256', key.bytes, Buffer.alloc(0), 'phantom/sealed-box', 32)
  const cipher = createCipheriv('aes-256-gcm', new Uint8Array(derived), iv)
  cipher.setAAD(Buffer.from(CONTEXT))
  const sealed = Buffer.concat([
    iv,
    cipher.update('secret', 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  expect(await open([key], CONTEXT, `k7.${sealed.toString('base64url')}`)).toBe('secret')
})

test('never seals twice alike', async ({ expect }) => {
  const ring = newRing()
  const boxes = Array.from({ length: 100 }, () => seal(ring, CONTEXT, 'same'))
  expect(new Set(await Promise.all(boxes)).size).toBe(100)
})

describe('a box does not open', () => {
  test('when any one bit of it is turned', async ({ expect }) => {
    const ring = newRing()
    const box = Buffer.from(await seal(ring, CONTEXT, 'secret'))
    for (let bit = 0; bit < box.length * 8; bit++) {
      const turned = Buffer.from(box)
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(await open(ring, CONTEXT, turned.toString('latin1')), `bit ${bit}`).toBeUndefined()
    }
  })

  test('when its text was cut, padded or spelled otherwise', async ({ expect }) => {
    const ring = newRing()
    const box = await seal(ring, CONTEXT, 'secret')
    const [id = '', body = ''] = box.split('.')
    const standard = Buffer.from(body, 'base64url').toString('base64')
    const spellings = [
      box.slice(0, -1),
      `${box}A`,
      `${box}=`,
      `${box}\n`,
      ` ${box}`,
      `${id}.${standard}=`,
      `${id}. ${body}`,
      `${id}.${body.slice(0, 16)}\n${body.slice(16)}`,
      `${id}..${body}`,
      `${id}${body}`,
      body,
      id,
      `${id}.`,
      '.',
      '',
    ]
    for (const spelling of spellings) expect(await open(ring, CONTEXT, spelling)).toBeUndefined()
  })

  test('in another place than the one it was made for', async ({ expect }) => {
    const ring = newRing()
    const box = await seal(ring, 'totp_seeds/usr_1', 'secret')
    for (const context of ['totp_seeds/usr_2', 'totp_seeds/usr_1 ', 'totp_seeds', '', 'mail']) {
      expect(await open(ring, context, box)).toBeUndefined()
    }
  })

  test('with another key of the same name, or the same key by another name', async ({ expect }) => {
    const ring = newRing('k1')
    const box = await seal(ring, CONTEXT, 'secret')
    expect(await open(newRing('k1'), CONTEXT, box)).toBeUndefined()
    expect(await open([{ ...ring[0], id: 'k2' }], CONTEXT, box)).toBeUndefined()
  })

  test('whatever else it is', async ({ expect }) => {
    const ring = newRing()
    const texts = fc.oneof(
      fc.string({ unit: anyCodePoint }),
      fc.base64String().map((text) => `k1.${text}`),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await open(ring, CONTEXT, text)).toBeUndefined()
      }),
    )
  })
})

test('after a rotation the old boxes open, and new ones need the new key', async ({ expect }) => {
  const before = newRing('k1')
  const old = await seal(before, CONTEXT, 'old')
  const during = rotated(before, 'k2')
  const fresh = await seal(during, CONTEXT, 'new')
  expect(fresh).toMatch(/^k2\./)
  expect(await open(during, CONTEXT, old)).toBe('old')
  expect(await open(during, CONTEXT, fresh)).toBe('new')
  expect(await open(before, CONTEXT, fresh)).toBeUndefined()
  expect(await open([during[0]], CONTEXT, old)).toBeUndefined()
})
