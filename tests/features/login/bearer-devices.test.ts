import { describe, test } from 'vitest'
import { type App, codeOf, SAME_ORIGIN, signedIn, wrongCodes } from '../../support/acts'
import { type Account, freshAddress, nextCode, startApp } from '../../support/app'
import { collectingLog, failLogin } from '../../support/attack'
import { subjectsTo } from '../../support/mailbox'
import { confirmReset, NEW_PASSWORD, resetTokenOf } from '../../support/recovery'

const NEW_DEVICE = 'New sign-in to your account'

/** The body of a login: an app that keeps `device_token` and has no cookies. */
const withToken = (token: unknown) => (token === undefined ? {} : { device_token: token })

const enter = (app: App, { email, password }: Account, token?: unknown) =>
  app.post(
    '/api/auth/login/',
    { identifier: email, password, ...withToken(token) },
    { ip: freshAddress() },
  )

async function signIn(app: App, account: Account, token?: unknown) {
  const { challenge } = (await enter(app, account, token)).body
  const finish = { challenge, method: 'email', code: await nextCode(account), ...withToken(token) }
  return app.post('/api/auth/verify-2fa/', finish, { ip: freshAddress() })
}

describe('an app without cookies', () => {
  test('is known by the token that it keeps: no mail, one device, its own count', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const first = await signIn(app, ada)
    expect(first.headers.getSetCookie()).toEqual([])
    const token = first.body['device_token']
    const again = await signIn(app, ada, token)
    expect(await subjectsTo(ada.email)).not.toContain(NEW_DEVICE)
    const { body } = await app.send('GET', '/api/auth/devices/', { token: again.body.access_token })
    expect(body['devices']).toMatchObject([{ current: true }])
    await failLogin(app, ada.email, 5)
    expect((await enter(app, ada)).status).toBe(429)
    expect((await enter(app, ada, token)).status).toBe(200)
  })

  test('needs nothing besides its session to be its own side in every signed-in act', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token } = await signedIn(app)
    const post = (path: string, json: unknown) =>
      app.post(`/api/${path}/`, json, { token, ip: freshAddress() })
    const { email, password } = account
    await failLogin(app, email, 5)
    expect((await post('auth/step-up', { password: 'wrong' })).status).toBe(401)
    expect((await post('auth/step-up', { password })).status).toBe(200)
    const changed = { old_password: password, new_password: NEW_PASSWORD }
    expect((await post('auth/change-password', changed)).status).toBe(204)
  })

  test('has its own codes in every signed-in act, whatever strangers have tried', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token } = await signedIn(app)
    for (let round = 0; round < 2; round++) {
      const challenge = await app.startLogin(account)
      for (const code of wrongCodes(await nextCode(account), 5)) {
        const guess = { challenge, method: 'email', code }
        await app.post('/api/auth/verify-2fa/', guess, { ip: freshAddress() })
      }
    }
    const post = (path: string, json: unknown) =>
      app.post(`/api/${path}/`, json, { token, ip: freshAddress() })
    const { challenge } = (await post('auth/step-up', { password: account.password })).body
    const { id, secret } = (await post('users/enable-2fa', {})).body
    const setUp = { id, code: codeOf(secret, app.now()) }
    const step = { challenge, method: 'email', code: await nextCode(account) }
    const stepped = await app.post('/api/auth/step-up/verify/', step, { token })
    expect(stepped.status).toBe(200)
    const renewed = { token: stepped.body.access_token, ip: freshAddress() }
    expect((await app.post('/api/users/enable-2fa/confirm/', setUp, renewed)).status).toBe(200)
  })

  test('is on the side of strangers in every session, once it is forgotten', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken: token } = await signedIn(app)
    expect((await app.send('DELETE', '/api/auth/devices/', { token })).status).toBe(204)
    const { email, password } = account
    await failLogin(app, email, 5)
    const confirm = await app.post('/api/auth/step-up/', { password }, { token })
    expect(confirm.status).toBe(429)
  })

  test('stays the known one when it sets a new password', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const token = (await signIn(app, ada)).body['device_token']
    const link = await resetTokenOf(app, ada)
    expect((await confirmReset(app, link, withToken(token))).status).toBe(204)
    await failLogin(app, ada.email, 5)
    expect((await enter(app, { ...ada, password: NEW_PASSWORD }, token)).status).toBe(200)
  })
})

describe('a device token', () => {
  test('travels as the session does: in a body or in a cookie, and is read from both', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const bearer = await app.signIn(ada)
    const token = bearer.opened.body['device_token']
    expect(bearer.opened.headers.getSetCookie()).toEqual([])
    const bob = await app.hasAccount()
    const cookies = await app.signIn(bob, { transport: 'cookie', ...withToken(token) }, SAME_ORIGIN)
    expect(Object.keys(cookies.opened.body)).toEqual(['session_id'])
    await failLogin(app, ada.email, 5)
    const json = { identifier: ada.email, password: ada.password, device_token: 'x' }
    const { deviceCookie: cookie } = bearer
    expect((await app.post('/api/auth/login/', json, { cookie })).status).toBe(200)
  })

  test('that is none counts as none and is logged; one too long for any is refused', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const token = String((await signIn(app, ada)).body['device_token'])
    const nine = Array.from({ length: 9 }, () => token).join('~')
    await failLogin(app, ada.email, 5)
    for (const bad of ['', 'x', `${token}~`, `${token}~x`, nine, 'x'.repeat(1024)]) {
      const log = await collectingLog(async () => {
        expect([bad, (await enter(app, ada, bad)).status]).toEqual([bad, 429])
      })
      expect(log).toContain('device_cookie_ignored')
    }
    expect((await enter(app, ada, 'x'.repeat(1025))).status).toBe(400)
    expect((await enter(app, ada, token)).status).toBe(200)
  })
})
