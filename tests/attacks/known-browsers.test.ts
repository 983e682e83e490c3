import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { openSession } from '../support/accounts'
import { type App, signedIn } from '../support/acts'
import { type Account, freshAddress, nextCode, startApp } from '../support/app'
import { failLogin } from '../support/attack'
import { confirmReset, NEW_PASSWORD, resetTokenOf, setUser } from '../support/recovery'

type Cookie = string | undefined

const enter = async (app: App, { email, password }: Account, cookie: Cookie) => {
  const json = { identifier: email, password }
  return (await app.post('/api/auth/login/', json, { ip: freshAddress(), cookie })).status
}

const finish = (app: App, challenge: string, code: string, cookie: Cookie) =>
  app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }, { cookie })

/** Whether the account's lock keeps a browser out: then it is a stranger. */
const isStranger = async (app: App, account: Account, cookie: Cookie) => {
  await failLogin(app, account.email, 5)
  return (await enter(app, account, cookie)) === 429
}

describe('a browser is known', () => {
  test('E-051: no more after a reset, though it finishes a login that it began before', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, deviceCookie: own } = await signedIn(app)
    const { deviceCookie: eves } = await openSession(app.deps(), userId)
    const challenge = await app.startLogin(account, {}, { cookie: eves })
    const code = await nextCode(account)
    const token = await resetTokenOf(app, account)
    expect((await confirmReset(app, token, {}, own)).status).toBe(204)
    const late = await finish(app, challenge, code, eves)
    expect([late.status, late.body.code]).toEqual([401, 'invalid_challenge'])
    const owner = { ...account, password: NEW_PASSWORD }
    expect(await isStranger(app, owner, eves)).toBe(true)
    expect(await enter(app, owner, own)).toBe(200)
  })

  test('by a login right after a reset, whatever the clocks say', async ({ expect }) => {
    const app = startApp()
    const { account } = await signedIn(app)
    const token = await resetTokenOf(app, account)
    expect((await confirmReset(app, token)).status).toBe(204)
    const owner = { ...account, password: NEW_PASSWORD }
    app.advance(-30)
    const { deviceCookie: cookie } = await app.signIn(owner)
    expect(await isStranger(app, owner, cookie)).toBe(false)
  })

  test('that confirmed a reset, and not the one that came too late with the same link', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId } = await signedIn(app)
    const cookies = []
    for (let count = 0; count < 4; count++) {
      cookies.push((await openSession(app.deps(), userId)).deviceCookie)
    }
    const token = await resetTokenOf(app, account)
    const answers = await Promise.all(cookies.map((cookie) => confirmReset(app, token, {}, cookie)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    const owner = { ...account, password: NEW_PASSWORD }
    await failLogin(app, account.email, 5)
    for (const [at, cookie] of cookies.entries()) {
      const isWinner = answers[at]?.status === 204
      expect(await enter(app, owner, cookie)).toBe(isWinner ? 200 : 429)
    }
  })

  test('no more once it is forgotten, and each of its tries is one', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    expect((await app.send('DELETE', '/api/auth/devices/', { token })).status).toBe(204)
    await failLogin(app, account.email, 4, cookie)
    expect(await enter(app, account, cookie)).toBe(200)
    await failLogin(app, account.email, 1, cookie)
    expect(await enter(app, account, cookie)).toBe(429)
  })

  test('that locks itself out leaves the owner’s other browsers alone', async ({ expect }) => {
    const app = startApp()
    const { account, userId, deviceCookie: one } = await signedIn(app)
    const { deviceCookie: other } = await openSession(app.deps(), userId)
    await failLogin(app, account.email, 5, one)
    expect(await enter(app, account, one)).toBe(429)
    expect(await enter(app, account, other)).toBe(200)
    // Strangers neither: nothing of it is in the count of the name.
    expect(await enter(app, account, undefined)).toBe(200)
  })

  test('with its session, and not by a right code that opens none', async ({ expect }) => {
    const app = startApp()
    const { account, userId, deviceCookie: own } = await signedIn(app)
    // A cookie of this account that the guard has forgotten.
    const eves = await openSession(app.deps(), userId)
    const token = eves.accessToken
    expect((await app.send('DELETE', '/api/auth/devices/', { token })).status).toBe(204)
    const challenge = await app.startLogin(account, {}, { cookie: eves.deviceCookie })
    const code = await nextCode(account)
    await setUser(account, 'security_epoch = security_epoch + 1')
    expect((await finish(app, challenge, code, eves.deviceCookie)).status).toBe(401)
    expect(await isStranger(app, account, eves.deviceCookie)).toBe(true)

    app.advance(1800)
    const again = await app.startLogin(account, {}, { cookie: own })
    expect((await finish(app, again, await nextCode(account), own)).status).toBe(200)
    expect(await isStranger(app, account, own)).toBe(false)
  })

  test('at its next login, when the guard is silent at this one', async ({ expect }) => {
    let silent = false
    const app = startApp((deps) => (silent ? withSilentMemory(deps) : deps))
    const account = await app.hasAccount()
    silent = true
    const { deviceCookie: cookie } = await app.signIn(account)
    silent = false
    expect(await isStranger(app, account, cookie)).toBe(true)
    app.advance(1800)
    await app.signIn(account, {}, { cookie })
    expect(await isStranger(app, account, cookie)).toBe(false)
  })

  test('as long as it is listed: a client without cookies does not push out its count', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, deviceCookie: own } = await signedIn(app)
    let token = ''
    for (let count = 0; count < 11; count++) {
      app.advance(1801)
      token = (await app.signIn(account, {}, { ip: freshAddress() })).accessToken
    }
    const { body } = await app.send('GET', '/api/auth/devices/', { token, cookie: own })
    const devices = body['devices'] as { current: boolean }[]
    expect([devices.length, devices.some(({ current }) => current)]).toEqual([12, true])
    expect(await isStranger(app, account, own)).toBe(false)
  })
})

/** The guard of an account, but for the call that remembers a browser. */
const withSilentMemory = (deps: Deps): Deps => ({
  ...deps,
  accountGuards: new Proxy(deps.accountGuards, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (key !== 'getByName') return value
      return (name: string) =>
        new Proxy(target.getByName(name), {
          get: (guard, method) =>
            method === 'remember'
              ? () => Promise.reject(new Error('silent'))
              : (Reflect.get(guard, method) as unknown),
        })
    },
  }),
})
