import { createCipheriv, createHmac, hkdfSync } from 'node:crypto'
import { test } from 'vitest'
import { pbkdf2 } from '../../../src/platform/crypto/password-hash'
import {
  aes256Gcm,
  hkdfSha256,
  hmacSha256,
  hmacSha512,
  pbkdf2Sha512,
} from '../../vectors/primitives'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (buffer: ArrayBuffer | Uint8Array) =>
  Buffer.from(buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer)).toString('hex')

// The runtime's own primitives: everything in src/platform/crypto is put together from these.

test.for(hmacSha256)(
  'HMAC-SHA-256 gives the published MAC: $name',
  ({ key, data, mac }, { expect }) => {
    expect(createHmac('sha256', bytes(key)).update(bytes(data)).digest('hex')).toBe(mac)
  },
)

test.for(hmacSha512)(
  'HMAC-SHA-512 gives the published MAC: $name',
  ({ key, data, mac }, { expect }) => {
    expect(createHmac('sha512', bytes(key)).update(bytes(data)).digest('hex')).toBe(mac)
  },
)

test.for(hkdfSha256)('HKDF gives the published key: $name', (vector, { expect }) => {
  const { key, salt, info, length, output } = vector
  expect(hex(hkdfSync('sha256', bytes(key), bytes(salt), bytes(info), length))).toBe(output)
})

test.for(pbkdf2Sha512)(
  'PBKDF2 gives the known key after $iterations iterations',
  async ({ password, salt, iterations, output }, { expect }) => {
    const derived = await pbkdf2(
      new Uint8Array(Buffer.from(password)),
      new Uint8Array(Buffer.from(salt)),
      iterations,
    )
    expect(hex(derived)).toBe(output)
  },
)

test.for(aes256Gcm)('AES-256-GCM seals as published: $name', async (vector, { expect }) => {
  const [iv, additionalData, text] = [vector.iv, vector.context, vector.text].map(bytes)
  const key = await crypto.subtle.importKey('raw', bytes(vector.key), 'AES-GCM', false, ['encrypt'])
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: iv ?? bytes(''), additionalData: additionalData ?? bytes('') },
    key,
    text ?? bytes(''),
  )
  expect(hex(sealed)).toBe(vector.sealed)
  const cipher = createCipheriv('aes-256-gcm', bytes(vector.key), bytes(vector.iv))
  cipher.setAAD(bytes(vector.context))
  const again = [cipher.update(bytes(vector.text)), cipher.final(), cipher.getAuthTag()]
  expect(hex(Buffer.concat(again))).toBe(vector.sealed)
})
