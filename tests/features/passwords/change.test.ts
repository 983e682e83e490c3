import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { type App, me, refresh, signedIn, stepUp } from '../../support/acts'
import { freshAddress, nextCode, startApp } from '../../support/app'
import { mailAbout } from '../../support/mailbox'
import { many } from '../../support/many'
import { NEW_PASSWORD, tryLogin } from '../../support/recovery'
import { eventsOf } from '../../support/rows-of'
import { withoutLimits } from '../../support/test-deps'

const change = (
  app: App,
  token: string | undefined,
  old: string,
  next = NEW_PASSWORD,
  options = {},
) =>
  app.post(
    '/api/auth/change-password/',
    { old_password: old, new_password: next },
    { token, ip: freshAddress(), ...options },
  )

describe('a change of password', () => {
  test('ends every other session, keeps its own, and is told', async ({ expect }) => {
    const app = startApp()
    const { account, userId, accessToken, refreshToken } = await signedIn(app)
    const phone = await openSession(app.deps(), userId)
    const browser = await openSession(app.deps(), userId, { transport: 'cookie' })
    const done = await change(app, accessToken, account.password)
    expect([done.status, done.text]).toEqual([204, ''])
    expect((await me(app, { token: accessToken })).status).toBe(200)
    expect((await refresh(app, refreshToken)).status).toBe(200)
    expect((await me(app, { token: phone.accessToken })).status).toBe(401)
    expect((await refresh(app, phone.refreshToken)).status).toBe(401)
    expect((await me(app, { cookie: browser.sessionCookie })).status).toBe(401)
    expect((await tryLogin(app, account, account.password)).status).toBe(401)
    expect((await tryLogin(app, account, NEW_PASSWORD)).status).toBe(200)
    await mailAbout(account.email, /password was changed/)
    const events = (await eventsOf(account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_password_change')).toHaveLength(1)
    expect(events.filter((event) => event === 'sessions_ended')).toHaveLength(1)
  })

  test('ends a login that was under way', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const begun = await app.startLogin(account)
    const code = await nextCode(account)
    expect((await change(app, accessToken, account.password)).status).toBe(204)
    const finish = { challenge: begun, method: 'email', code }
    expect((await app.post('/api/auth/verify-2fa/', finish)).body.code).toBe('invalid_challenge')
  })

  test('uses the step-up up, also for many at once', async ({ expect }) => {
    const app = startApp(withoutLimits)
    const { account, accessToken: token } = await signedIn(app)
    const answers = await Promise.all(
      Array.from({ length: many(50) }, (_, index) =>
        change(app, token, account.password, `${NEW_PASSWORD} ${index}`),
      ),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    const winner = answers.findIndex(({ status }) => status === 204)
    const password = `${NEW_PASSWORD} ${winner}`
    expect((await tryLogin(app, account, password)).status).toBe(200)
    await nextCode(account)
    const again = await change(app, token, password)
    expect(again.body.code).toBe('insufficient_user_authentication')
    const confirmed = await stepUp(app, { ...account, password }, token)
    expect((await change(app, confirmed.accessToken, password)).status).toBe(204)
  })

  test('refuses the old password as the new one, and one that breaks the rules, at no cost', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token } = await signedIn(app)
    const refusals = {
      [account.password]: 'same',
      short: 'too_short',
      [account.email]: 'contextual',
    }
    for (const [next, code] of Object.entries(refusals)) {
      const { status, body } = await change(app, token, account.password, next)
      expect([status, body.code]).toEqual([400, 'password_rejected'])
      expect(body['errors']).toContainEqual(
        expect.objectContaining({ pointer: '#/new_password', code }),
      )
    }
    expect((await change(app, token, account.password)).status).toBe(204)
  })

  test('refuses a wrong old password and changes nothing', async ({ expect }) => {
    const app = startApp()
    const { account, userId, accessToken: token } = await signedIn(app)
    const phone = await openSession(app.deps(), userId)
    expect((await change(app, token, 'wrong')).body.code).toBe('invalid_credentials')
    expect((await me(app, { token: phone.accessToken })).status).toBe(200)
    expect((await tryLogin(app, account, account.password)).status).toBe(200)
    expect((await change(app, token, account.password)).status).toBe(204)
  })
})
