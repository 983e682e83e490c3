import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, test } from 'vitest'
import {
  publicJwk,
  signAccessToken,
  signingKeysSchema,
  verifyAccessToken,
} from '../../../src/platform/crypto/jwt'
import { claimsAt, countingWork, newSigningKey } from '../../support/forged-token'

const now = 1_800_000_000
const claims = claimsAt(now)
const expected = { issuer: claims.iss, audience: claims.aud, now: new Date(now * 1000) }
const key = await newSigningKey('key-1')

test('another service verifies a token with our public keys alone (RFC 9068)', async ({
  expect,
}) => {
  const next = await newSigningKey('key-2')
  const token = await signAccessToken([next, key], claims)
  const keys = createLocalJWKSet({ keys: [next, key].map(publicJwk) })
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    algorithms: ['ES256'],
    typ: 'at+jwt',
    issuer: claims.iss,
    audience: claims.aud,
    currentDate: expected.now,
  })
  expect(payload).toEqual(claims)
  expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'key-2' })
})

test('a published key holds nothing private', ({ expect }) => {
  expect(publicJwk(key)).toEqual({
    kty: 'EC',
    crv: 'P-256',
    kid: 'key-1',
    x: key.x,
    y: key.y,
    use: 'sig',
    alg: 'ES256',
  })
})

test('a good token costs one verification', async ({ expect }) => {
  const [older, oldest] = [await newSigningKey('key-0'), await newSigningKey('key-00')]
  const token = await signAccessToken([key], claims)
  const work = await countingWork(async () => {
    expect(await verifyAccessToken([older, oldest, key], token, expected)).toEqual(claims)
  })
  expect(work).toBe(1)
})

test('a key of ours that cannot be used is an error, not a refusal', async ({ expect }) => {
  const token = await signAccessToken([key], claims)
  const broken = { ...key, x: key.y }
  await expect(verifyAccessToken([broken], token, expected)).rejects.toThrow()
})

describe('signing keys', () => {
  const accepts = (value: unknown) => signingKeysSchema.safeParse(value).success
  const { d, ...withoutPrivate } = key

  test('are one or more private keys with names of their own', async ({ expect }) => {
    expect(accepts([key])).toBe(true)
    expect(accepts([await newSigningKey('key-2'), key])).toBe(true)
  })

  const bad: [what: string, value: unknown][] = [
    ['no list', key],
    ['an empty list', []],
    ['a repeated name', [key, key]],
    ['a public key', [withoutPrivate]],
    ['a symmetric key', [{ kty: 'oct', kid: 'key-1', k: d }]],
    ['another curve', [{ ...key, crv: 'P-384' }]],
    ['no name', [{ ...key, kid: undefined }]],
    ['a name that needs escaping', [{ ...key, kid: '../key' }]],
    ['a number too short', [{ ...key, x: key.x.slice(1) }]],
    ['a number in standard base64', [{ ...key, x: `+/${key.x.slice(2)}` }]],
    ['an unknown member', [{ ...key, jku: 'https://evil.example' }]],
  ]
  test.for(bad)('are not %s', ([, value], { expect }) => {
    expect(accepts(value)).toBe(false)
  })
})
