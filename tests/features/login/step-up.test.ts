import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import {
  addTotp,
  type App,
  me,
  refresh,
  SAME_ORIGIN,
  signedIn,
  stepUpByApp,
} from '../../support/acts'
import { type Answer, freshAddress, nextCode, startApp } from '../../support/app'
import { visible } from '../../support/attack'
import { eventsOf } from '../../support/rows-of'

type Credentials = { token?: string; cookie?: string | undefined; headers?: Record<string, string> }

const start = (app: App, password: string, credentials: Credentials) =>
  app.post('/api/auth/step-up/', { password }, { ...credentials, ip: freshAddress() })
const verify = (app: App, json: unknown, credentials: Credentials) =>
  app.post('/api/auth/step-up/verify/', json, { ...credentials, ip: freshAddress() })
const outcome = ({ status, body }: Answer) => [status, body.code]

const ENDED = [401, 'invalid_challenge']

describe('a step-up', () => {
  test('replaces what the session is known by, and raises what it is worth', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken, refreshToken } = await signedIn(app)
    const ada = { account, ...(await addTotp(app, accessToken)) }
    app.advance(30)
    expect((await me(app, { token: accessToken })).body['session']).toMatchObject({ acr: 'aal1' })
    const token = await stepUpByApp(app, ada, accessToken)
    const { session } = (await me(app, { token })).body
    expect(session).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    expect(outcome(await me(app, { token: accessToken }))).toEqual([401, 'invalid_access_token'])
    expect((await eventsOf(account.email)).at(-1)?.event).toBe('authn_step_up_success')
    expect(outcome(await refresh(app, refreshToken))).toEqual([401, 'invalid_refresh_token'])
  })

  test('gives a cookie session another cookie, and no token', async ({ expect }) => {
    const app = startApp()
    const { account, sessionCookie, deviceCookie } = await signedIn(app, 'cookie')
    const credentials = { cookie: `${sessionCookie}; ${deviceCookie}`, ...SAME_ORIGIN }
    expect((await start(app, account.password, { cookie: sessionCookie })).status).toBe(403)
    const { challenge } = (await start(app, account.password, credentials)).body
    const finish = { challenge, method: 'email', code: await nextCode(account) }
    const renewed = await verify(app, finish, credentials)
    expect(Object.keys(renewed.body)).toEqual(['session_id'])
    const cookie = renewed.headers.getSetCookie()[0]?.split(';')[0]
    expect((await me(app, { cookie })).status).toBe(200)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(401)
  })

  test('is bound to its session: its challenge opens nothing elsewhere, and no other opens it', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await signedIn(app)
    const { accessToken: other } = await openSession(app.deps(), ada.userId)
    const eve = await signedIn(app)
    const login = await app.startLogin(ada.account)
    const loginCode = await nextCode(ada.account)
    const started = await start(app, ada.account.password, { token: ada.accessToken })
    const challenge = started.body.challenge ?? ''
    const step = { challenge, method: 'email', code: await nextCode(ada.account) }
    const unknown = { ...step, challenge: 'A'.repeat(43) }
    const refused = [
      await verify(app, step, { token: other }),
      await verify(app, step, { token: eve.accessToken }),
      await verify(app, { ...step, challenge: login, code: loginCode }, { token: ada.accessToken }),
      await verify(app, unknown, { token: ada.accessToken }),
    ]
    expect(refused.map(outcome)).toEqual([ENDED, ENDED, ENDED, ENDED])
    expect(new Set(refused.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1)
    const asLogin = await app.post('/api/auth/verify-2fa/', step)
    expect(outcome(asLogin)).toEqual(ENDED)
    expect(asLogin.headers.getSetCookie()).toEqual([])
    expect((await verify(app, step, { token: ada.accessToken })).status).toBe(200)
    const finish = { challenge: login, method: 'email', code: loginCode }
    expect((await app.post('/api/auth/verify-2fa/', finish)).status).toBe(200)
  })

  test('ends with whatever changes the account, and with its session', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const { challenge } = (await start(app, account.password, { token: accessToken })).body
    const step = { challenge, method: 'email', code: await nextCode(account) }
    await addTotp(app, accessToken)
    expect(outcome(await verify(app, step, { token: accessToken }))).toEqual(ENDED)
    await app.post('/api/auth/logout/', {}, { token: accessToken })
    const late = await verify(app, step, { token: accessToken })
    expect(outcome(late)).toEqual([401, 'invalid_access_token'])
  })
})
