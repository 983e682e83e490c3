import { createHmac, generateKeyPairSync, sign as signAny } from 'node:crypto'
import { describe, test } from 'vitest'
import {
  publicJwk,
  signAccessToken,
  type SigningKey,
  verifyAccessToken,
} from '../../src/platform/crypto/jwt'
import {
  claimsAt,
  countingWork,
  encode,
  forge,
  headerOf,
  newSigningKey,
  P256_ORDER,
  withSignature,
} from '../support/forged-token'
import * as abuse from '../vectors/token-abuse'

const key = await newSigningKey('key-1')
const now = 1_800_000_000
const claims = claimsAt(now)
const good = await signAccessToken([key], claims)
const [header = '', payload = '', signature = ''] = good.split('.')

const verify = (token: string, at = now, keys: readonly SigningKey[] = [key]) =>
  verifyAccessToken(keys, token, {
    issuer: claims.iss,
    audience: claims.aud,
    now: new Date(at * 1000),
  })

// Each change is signed by our own key, so that the change is what is refused.
const withHeader = (changes: object) => forge(key, { ...headerOf(key), ...changes }, claims)
const withClaims = (changes: object) => forge(key, headerOf(key), { ...claims, ...changes })
/** Another header before the parts of the good token. */
const relabelled = (changes: object) =>
  `${encode({ ...headerOf(key), ...changes })}.${payload}.${signature}`

describe('a forged access token is refused', () => {
  test('(the honest one is not, nor one that only our forger has signed)', async ({ expect }) => {
    expect(await verify(good)).toEqual(claims)
    expect(await verify(await withHeader({}))).toEqual(claims)
    expect(await verify(await withClaims({}))).toEqual(claims)
  })

  test('E-058: no algorithm, in any spelling', async ({ expect }) => {
    for (const alg of abuse.algorithmsOfNone) {
      const unsigned = `${encode({ ...headerOf(key), alg })}.${payload}`
      for (const token of [
        unsigned,
        `${unsigned}.`,
        relabelled({ alg }),
        await withHeader({ alg }),
      ]) {
        expect(await verify(token), String(alg)).toBeUndefined()
      }
    }
  })

  test('E-059: HMAC keyed with the public key', async ({ expect }) => {
    const { kty, crv, x, y } = key
    const point = [x, y].map((text) => Buffer.from(text, 'base64url'))
    const algorithm = { name: 'ECDSA', namedCurve: crv }
    const { subtle } = crypto
    const imported = await subtle.importKey('jwk', { kty, crv, x, y }, algorithm, true, ['verify'])
    const der = Buffer.from((await subtle.exportKey('spki', imported)) as ArrayBuffer)
    const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`
    const jwk = JSON.stringify(publicJwk(key))
    for (const secret of [pem, pem.trim(), der, jwk, Buffer.concat(point), x, '']) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS512', 'sha512'],
      ] as const) {
        const input = `${encode({ ...headerOf(key), alg })}.${payload}`
        const tag = createHmac(hash, secret).update(input).digest('base64url')
        expect(await verify(`${input}.${tag}`)).toBeUndefined()
      }
    }
  })

  test('E-060: another algorithm, named or really used', async ({ expect }) => {
    for (const alg of abuse.otherAlgorithms) {
      expect(await verify(relabelled({ alg })), alg).toBeUndefined()
      expect(await verify(await withHeader({ alg })), alg).toBeUndefined()
    }
    const ed25519 = generateKeyPairSync('ed25519').privateKey
    const tag = signAny(null, Buffer.from(`${header}.${payload}`), ed25519).toString('base64url')
    expect(tag).toHaveLength(signature.length)
    expect(await verify(`${header}.${payload}.${tag}`)).toBeUndefined()
  })

  test('E-061: a hostile kid, without work', async ({ expect }) => {
    const tokens = await Promise.all(abuse.hostileKids.map((kid) => withHeader({ kid })))
    const work = await countingWork(async () => {
      for (const token of tokens) expect(await verify(token)).toBeUndefined()
    })
    expect(work).toBe(0)
  })

  test('E-062: a key, or the place of one, that the token brings along', async ({ expect }) => {
    const theirs = await newSigningKey('key-1')
    const work = await countingWork(async () => {
      for (const extra of [...abuse.broughtKeys, { jwk: publicJwk(theirs) }]) {
        const token = await forge(theirs, { ...headerOf(theirs), ...extra }, claims)
        expect(await verify(token), JSON.stringify(extra)).toBeUndefined()
        expect(await verify(await withHeader(extra)), JSON.stringify(extra)).toBeUndefined()
      }
    })
    expect(work).toBe(0)
  })

  test('E-063: crit, and an unencoded payload', async ({ expect }) => {
    for (const extra of abuse.extensions) {
      expect(await verify(await withHeader(extra)), JSON.stringify(extra)).toBeUndefined()
    }
    const unencoded = encode({ ...headerOf(key), b64: false, crit: ['b64'] })
    expect(await verify(`${unencoded}.${JSON.stringify(claims)}.${signature}`)).toBeUndefined()
  })

  test('E-064: times that are past, to come, missing or no numbers', async ({ expect }) => {
    for (const exp of [...abuse.notTimes, now, now - 1, 0, -1]) {
      expect(await verify(await withClaims({ exp })), `exp ${JSON.stringify(exp)}`).toBeUndefined()
    }
    for (const iat of [...abuse.notTimes, now + 6, now + 300]) {
      expect(await verify(await withClaims({ iat })), `iat ${JSON.stringify(iat)}`).toBeUndefined()
    }
    // `nbf` may be missing.
    for (const nbf of [...abuse.notTimes.slice(1), now + 6]) {
      expect(await verify(await withClaims({ nbf })), `nbf ${JSON.stringify(nbf)}`).toBeUndefined()
    }
    const infinite = JSON.stringify(claims).replace(`"exp":${claims.exp}`, '"exp":1e400')
    expect(await verify(await forge(key, headerOf(key), infinite))).toBeUndefined()
  })

  test('E-064: and the other side of each limit is good', async ({ expect }) => {
    expect(await verify(await withClaims({ exp: now + 1 }))).toBeDefined()
    expect(await verify(await withClaims({ iat: now + 5 }))).toBeDefined()
    expect(await verify(await withClaims({ nbf: now + 5 }))).toBeDefined()
    expect(await verify(good, now + 299.999)).toBeDefined()
    expect(await verify(good, now + 300)).toBeUndefined()
    expect(await verify(good, now - 5)).toBeDefined()
    expect(await verify(good, now - 5.001)).toBeUndefined()
  })

  test('E-065: another issuer, audience or type, missing or mixed into a list', async ({
    expect,
  }) => {
    for (const name of ['iss', 'aud'] as const) {
      for (const value of abuse.notExactly(claims[name])) {
        expect(
          await verify(await withClaims({ [name]: value })),
          `${name} ${JSON.stringify(value)}`,
        ).toBeUndefined()
      }
    }
    for (const typ of abuse.wrongTypes) {
      expect(await verify(await withHeader({ typ })), `typ ${JSON.stringify(typ)}`).toBeUndefined()
    }
  })

  test('E-066: keys of another place or another time, and no storm of look-ups', async ({
    expect,
  }) => {
    const [staging, next] = [await newSigningKey('key-1'), await newSigningKey('key-2')]
    expect(await verify(await signAccessToken([staging], claims))).toBeUndefined()
    expect(await verify(await signAccessToken([next], claims))).toBeUndefined()
    expect(await verify(good, now, [next, key])).toEqual(claims)
    expect(await verify(await signAccessToken([next, key], claims), now, [next])).toEqual(claims)
    expect(await verify(good, now, [next])).toBeUndefined()
    expect(await verify(good, now, [])).toBeUndefined()
    const work = await countingWork(async () => {
      for (let draw = 0; draw < 1000; draw++) {
        expect(await verify(relabelled({ kid: crypto.randomUUID() }))).toBeUndefined()
      }
    })
    expect(work).toBe(0)
  })

  test('E-067: signatures of zero, out of range, in DER or missing', async ({ expect }) => {
    for (const change of abuse.wrongSignatures) {
      const token = withSignature(good, (r, s) => change(r, s, P256_ORDER))
      expect(await verify(token), String(change)).toBeUndefined()
    }
    const raw = Buffer.from(signature, 'base64url')
    const [r, s] = [raw.subarray(0, 32), raw.subarray(32)]
    const der = Buffer.concat([Buffer.of(0x30, 68, 2, 32), r, Buffer.of(2, 32), s])
    for (const bytes of [
      der,
      raw.subarray(1),
      Buffer.concat([raw, Buffer.of(0)]),
      r,
      Buffer.of(),
    ]) {
      expect(await verify(`${header}.${payload}.${bytes.toString('base64url')}`)).toBeUndefined()
    }
    expect(await verify(`${header}.${payload}`)).toBeUndefined()
  })

  test('E-067: the twin of a signature is the same session, so revoked with it', async ({
    expect,
  }) => {
    const twin = withSignature(good, (r, s) => [r, P256_ORDER - s])
    expect(twin).not.toBe(good)
    expect((await verify(twin))?.sid).toBe(claims.sid)
  })

  test('E-068: any other spelling or container, without work', async ({ expect }) => {
    const work = await countingWork(async () => {
      for (const token of abuse.otherSpellings(good)) {
        expect(await verify(token), token.slice(0, 40)).toBeUndefined()
      }
    })
    expect(work).toBe(0)
    expect(await verify(await withHeader({ zip: 'DEF' }))).toBeUndefined()
    expect(await verify(await withClaims({ padding: 'x'.repeat(10_000) }))).toBeUndefined()
  })

  test('E-068: the last sign of a part changed to any other', async ({ expect }) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const end of [header.length, header.length + 1 + payload.length, good.length]) {
      for (const last of alphabet) {
        const changed = good.slice(0, end - 1) + last + good.slice(end)
        expect(await verify(changed)).toEqual(changed === good ? claims : undefined)
      }
    }
  })

  test('E-069: repeated, misspelled and edited claims', async ({ expect }) => {
    const json = JSON.stringify(claims)
    for (const text of [...abuse.repeatedClaims(json), ...abuse.notClaims(json)]) {
      expect(await verify(await forge(key, headerOf(key), text)), text).toBeUndefined()
    }
    const notUtf8 = Buffer.from(json)
    notUtf8.writeUInt8(0xff, json.indexOf('jjj'))
    expect(await verify(await forge(key, headerOf(key), notUtf8))).toBeUndefined()
    const twice = `{"alg":"none",${JSON.stringify(headerOf(key)).slice(1)}`
    expect(await verify(await forge(key, twice, claims))).toBeUndefined()
    for (const edit of [{ role: 'admin' }, { sub: 'usr_victim' }, { exp: claims.exp + 1 }]) {
      expect(
        await verify(`${header}.${encode({ ...claims, ...edit })}.${signature}`),
      ).toBeUndefined()
    }
  })
})
