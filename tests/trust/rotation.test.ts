import { env } from 'cloudflare:workers'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, test } from 'vitest'
import { type Keys, rotate, type Stage } from '../../scripts/keys/rotate'
import type { Deps } from '../../src/platform/deps'
import { settings } from '../../src/platform/settings'
import { me, refresh, signedIn } from '../support/acts'
import { startApp } from '../support/app'
import { newSigningKey } from '../support/forged-token'

describe('a rotation of the signing keys', () => {
  test('refuses no token on the way, at us or at a service that keeps the key set', async ({
    expect,
  }) => {
    let keys: Keys = [await newSigningKey('the-old-one')]
    const app = startApp((deps: Deps) => ({
      ...deps,
      settings: { ...settings(env), SIGNING_KEYS: keys },
    }))
    const deploy = async (stage: Stage) => {
      keys = await rotate(keys, stage)
    }
    /** What another service has of the key set, up to five minutes old. */
    const keySet = async () => {
      const { text } = await app.send('GET', '/.well-known/jwks.json')
      return JSON.parse(text) as JSONWebKeySet
    }
    const kidsOf = ({ keys: jwks }: JSONWebKeySet) => jwks.map(({ kid }) => kid)
    const isGoodElsewhere = (token: string, set: JSONWebKeySet) =>
      jwtVerify(token, createLocalJWKSet(set), { typ: 'at+jwt', currentDate: app.now() }).then(
        ({ protectedHeader }) => protectedHeader.kid,
        () => undefined,
      )
    const isGoodHere = async (token: string) => (await me(app, { token })).status === 200

    const session = await signedIn(app)
    const beforeAll = await keySet()
    await deploy('publish')
    const [, fresh] = keys
    const published = await keySet()
    expect(kidsOf(published)).toEqual(['the-old-one', fresh?.kid])
    expect(JSON.stringify(published)).not.toContain('"d"')
    const second = await refresh(app, session.refreshToken)
    const duringPublish = second.body.access_token ?? ''
    for (const token of [session.accessToken, duringPublish]) {
      expect(await isGoodHere(token)).toBe(true)
      expect(await isGoodElsewhere(token, beforeAll)).toBe('the-old-one')
    }

    await deploy('use')
    const third = await refresh(app, second.body.refresh_token ?? '')
    const byNew = third.body.access_token ?? ''
    expect(await isGoodElsewhere(byNew, published)).toBe(fresh?.kid)
    for (const token of [session.accessToken, duringPublish, byNew]) {
      expect(await isGoodHere(token)).toBe(true)
      expect(await isGoodElsewhere(token, await keySet())).toBeDefined()
    }

    await deploy('retire')
    expect(kidsOf(await keySet())).toEqual([fresh?.kid])
    expect(await isGoodHere(byNew)).toBe(true)
    expect(await isGoodHere(duringPublish)).toBe(false)
    expect(await isGoodElsewhere(duringPublish, await keySet())).toBeUndefined()

    await deploy('replace')
    expect(await isGoodHere(byNew)).toBe(false)
    const last = await refresh(app, third.body.refresh_token ?? '')
    expect(await isGoodHere(last.body.access_token ?? '')).toBe(true)
  })
})
