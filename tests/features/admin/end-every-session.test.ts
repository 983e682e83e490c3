import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { introspect } from '../../../src/features/rpc/introspect'
import { openSession } from '../../support/accounts'
import { type App, me, refresh, signedIn, verify, withTotp } from '../../support/acts'
import { act, endAll, hasAdmin, insertUser, tokenFor } from '../../support/admins'
import { nextCode, startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { eventsOf, sessionIds } from '../../support/rows-of'

/** Once, before the first batch of the request that comes next. */
function atNextBatch(what: () => Promise<unknown>) {
  let isDue = false
  const change = beforeBatch(async () => {
    if (!isDue) return
    isDue = false
    await what()
  })
  return { change, arm: () => (isDue = true) }
}

describe('the end of everybody’s sessions', () => {
  test('holds from the next request on, for whatever takes a session, and spares the admin’s', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const bob = await signedIn(app)
    const { sessionCookie } = await openSession(app.deps(), bob.userId, { transport: 'cookie' })
    const { token, ...ended } = await endAll(app, admin)
    expect([ended.status, ended.body]).toEqual([200, { ended: 2 }])

    expect((await me(app, { token: bob.accessToken })).status).toBe(401)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(401)
    expect((await refresh(app, bob.refreshToken)).body.code).toBe('invalid_refresh_token')
    expect(await introspect(app.deps(), bob.accessToken)).toEqual({ active: false })
    const out = await app.post('/api/auth/logout/', { refresh_token: bob.refreshToken })
    expect(out.body.code).toBe('invalid_refresh_token')
    expect(
      (await app.send('GET', `/api/admin/users/${bob.userId}/`, { token })).body,
    ).toMatchObject({ sessions: 0 })

    expect((await me(app, { token })).status).toBe(200)
    // In the very millisecond, and after it.
    const again = await openSession(app.deps(), bob.userId)
    expect((await me(app, { token: again.accessToken })).status).toBe(200)
    const list = await app.send('GET', '/api/auth/sessions/', { token: again.accessToken })
    expect(list.body['sessions']).toMatchObject([{ id: again.sessionId }])
    const path = `/api/auth/sessions/${bob.sessionId}/`
    expect((await app.send('DELETE', path, { token: again.accessToken })).status).toBe(404)
    const others = await app.send('DELETE', '/api/auth/sessions/', { token: again.accessToken })
    expect(others.body).toEqual({ ended: 0 })
    const told = (await eventsOf(bob.account.email)).map(({ event }) => event)
    expect(told).not.toContain('sessions_ended')
  })

  test('uses one step-up up, and ends nothing without it', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const useUp = () =>
      env.DB.prepare('UPDATE sessions SET stepped_up_at = NULL WHERE user_id = ?')
        .bind(admin.id)
        .run()
    const late = startApp(beforeBatch(useUp))
    const bob = await signedIn(late)
    expect((await endAll(late, admin)).body.code).toBe('insufficient_user_authentication')
    expect((await me(late, { token: bob.accessToken })).status).toBe(200)

    const { token } = await endAll(app, admin)
    expect((await endAll(app, admin, token)).body.code).toBe('insufficient_user_authentication')
    expect((await me(app, { token })).status).toBe(200)
  })

  test('ends a login that was begun before it, and its code is sent to nobody again', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const account = await app.hasAccount()
    const challenge = await app.startLogin(account)
    const code = await nextCode(account)
    await endAll(app, admin)
    app.advance(61)
    const resent = await app.post('/api/auth/resend-otp/', { challenge })
    expect(resent.body.code).toBe('invalid_challenge')
    expect((await verify(app, challenge, code)).body.code).toBe('invalid_challenge')
    expect((await app.signIn(account)).opened.status).toBe(200)
  })

  test('ends the admin’s own step-up that was begun before it', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const { password } = admin.account
    const token = admin.accessToken
    const begun = await app.post('/api/auth/step-up/', { password }, { token })
    expect((await endAll(app, admin, token)).status).toBe(200)
    const finish = { challenge: begun.body.challenge, method: 'totp', code: admin.codeNow() }
    const finished = await app.post('/api/auth/step-up/verify/', finish, { token })
    expect(finished.body.code).toBe('invalid_challenge')
    expect((await me(app, { token })).status).toBe(200)
  })

  test('ends a login, a refresh, a step-up and an act that are under way', async ({ expect }) => {
    const plain = startApp()
    const admin = { id: await insertUser(plain, 'admin') }
    const { change, arm } = atNextBatch(() => endAll(plain, admin))
    const app = startApp(change)

    const ada = await withTotp(app)
    const challenge = await app.startLogin(ada.account)
    const step = { challenge, method: 'totp', code: ada.codeNow() }
    arm()
    const login = await app.post('/api/auth/verify-2fa/', step)
    expect(login.body.code).toBe('invalid_challenge')
    expect(await sessionIds(ada.userId)).toEqual([ada.sessionId])

    const bob = await signedIn(app)
    arm()
    expect((await refresh(app, bob.refreshToken)).body.code).toBe('invalid_refresh_token')

    const cem = await signedIn(app)
    const { password } = cem.account
    const begun = await app.post('/api/auth/step-up/', { password }, { token: cem.accessToken })
    const finish = {
      challenge: begun.body.challenge,
      method: 'email',
      code: await nextCode(cem.account),
    }
    arm()
    const stepped = await app.post('/api/auth/step-up/verify/', finish, { token: cem.accessToken })
    expect(stepped.body.code).toBe('invalid_challenge')

    const other = { id: await insertUser(app, 'admin') }
    const dan = await signedIn(app)
    arm()
    const disabled = await act(app, other, `${dan.userId}/disable`)
    expect(disabled.body.code).not.toBeUndefined()
    expect((await tokenOf(app, dan.userId)).status).toBe(200)
  })

  test('by two admins at once lets one of them go on', async ({ expect }) => {
    const app = startApp()
    const admins = await Promise.all(
      [1, 2].map(async () => ({ id: await insertUser(app, 'admin') })),
    )
    const tokens = await Promise.all(admins.map((admin) => tokenFor(app, admin)))
    const answers = await Promise.all(
      admins.map((admin, index) => endAll(app, admin, tokens[index])),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const live = await Promise.all(tokens.map((token) => me(app, { token })))
    expect(live.map(({ status }) => status)).toEqual(answers.map(({ status }) => status))
  })
})

/** Whether an account is active still. */
const tokenOf = async (app: App, userId: string) =>
  me(app, { token: (await openSession(app.deps(), userId)).accessToken })
