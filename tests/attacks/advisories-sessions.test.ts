import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { describe, test } from 'vitest'
import { run } from '../crons/support'
import { openSession } from '../support/accounts'
import {
  me,
  refresh,
  SAME_ORIGIN,
  signedIn,
  signInWithTotp,
  verify,
  withTotp,
} from '../support/acts'
import { act, changeRole, hasAdmin } from '../support/admins'
import { freshAddress, nextCode, startApp } from '../support/app'
import { countingHashes } from '../support/attack'
import { mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { eventsOf, rowsOf as everyRowOf } from '../support/rows-of'

const COPIES = many(50)
const allAtOnce = <T>(act: () => Promise<T>) =>
  Promise.all(Array.from({ length: COPIES }, () => act()))
const statuses = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length
const rowsOf = async (table: string, email: string) => {
  const query = `SELECT count(*) AS count FROM ${table}
    WHERE user_id = (SELECT id FROM users WHERE email = ?)`
  return (await env.DB.prepare(query).bind(email).first<{ count: number }>())?.count
}
const countEvents = async (email: string, name: string) =>
  (await eventsOf(email)).filter(({ event }) => event === name).length

// One test for each class that a published advisory of a comparable system teaches.
describe('advisories: sessions and tokens', () => {
  test('E-040, row 2 (GHSA-xg6x-h9c9-2m83): nothing of the first step opens any route', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const { email: identifier, password } = ada
    const json = { identifier, password, transport: 'cookie' }
    const started = await app.post('/api/auth/login/', json, SAME_ORIGIN)
    expect(started.headers.getSetCookie()).toEqual([])
    const challenge = started.body.challenge ?? ''
    for (const path of ['/api/users/me/', '/api/auth/sessions/']) {
      const cookie = `__Host-phantom_session=${challenge}`
      expect((await app.send('GET', path, { token: challenge })).status).toBe(401)
      expect((await app.send('GET', path, { cookie })).status).toBe(401)
    }
    expect((await refresh(app, challenge)).status).toBe(401)
    expect((await app.post('/api/auth/logout/', {}, { token: challenge })).status).toBe(401)
    expect(await rowsOf('sessions', identifier)).toBe(0)
  })

  test('row 5 (GHSA-2vg6-77g8-24mp): no store keeps a session of an account that is closing, gone, disabled or of another role', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const ends = {
      closing: (_id: string, token: string) => app.send('DELETE', '/api/users/me/', { token }),
      disabled: (id: string) => act(app, admin, `${id}/disable/`),
      'of another role': (id: string) => changeRole(app, admin, id, 'merchant'),
    }
    for (const [what, end] of Object.entries(ends)) {
      const { account, userId, accessToken: token, refreshToken } = await signedIn(app)
      expect([what, (await end(userId, token)).status < 300]).toEqual([what, true])
      expect([what, (await me(app, { token })).status]).toEqual([what, 401])
      expect([what, (await refresh(app, refreshToken)).status]).toEqual([what, 401])
      expect([what, await rowsOf('sessions', account.email)]).toEqual([what, 0])
    }
    const { userId, accessToken: token, refreshToken } = await signedIn(app)
    await ends.closing(userId, token)
    app.advance(14 * 86_400)
    await run(app, 'erase-accounts')
    const left = [...(await everyRowOf(userId))].filter(([, rows]) => rows.length > 0)
    expect(left.map(([table]) => table)).toEqual(['audit_events'])
    expect((await refresh(app, refreshToken)).status).toBe(401)
    const guard = env.ACCOUNT_GUARD.getByName(userId)
    const kept = await runInDurableObject(guard, (_guard, { storage }) => [...storage.kv.list()])
    expect(kept).toEqual([])
    const { keys } = await env.KV.list()
    expect(keys.filter(({ name }) => !/^(otp|lock):/.test(name))).toEqual([])
  })

  test('E-031, row 6 (GHSA-7w99-5wm4-3g79): of copies in parallel, one mailed link and one mailed code work', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    await app.post('/api/users/create/', account, { ip: freshAddress() })
    const token = tokenIn(await nextMail(account.email))
    const links = await allAtOnce(() =>
      app.post('/api/auth/verify-email/', { token }, { ip: freshAddress() }),
    )
    expect([statuses(links, 200), statuses(links, 400)]).toEqual([1, COPIES - 1])
    expect(await countEvents(account.email, 'user_email_verified')).toBe(1)
    const challenge = await app.startLogin(account)
    const code = await nextCode(account)
    const codes = await allAtOnce(() => verify(app, challenge, code, freshAddress()))
    expect(statuses(codes, 200)).toBe(1)
    expect(await rowsOf('sessions', account.email)).toBe(1)
  })

  test('row 7 (GHSA-392p-2q2v-4372, CVE-2026-1035): parallel refreshes are one family, and reuse ends it', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, refreshToken } = await signedIn(app)
    const answers = await allAtOnce(() => refresh(app, refreshToken))
    const successors = new Set(answers.map(({ body }) => body.refresh_token))
    expect([statuses(answers, 200), successors.size]).toEqual([COPIES, 1])
    expect(await countEvents(account.email, 'session_renewed')).toBe(1)
    const [successor = ''] = successors
    const next = await refresh(app, successor)
    expect(next.status).toBe(200)
    expect((await refresh(app, refreshToken)).status).toBe(401)
    expect((await refresh(app, next.body.refresh_token ?? '')).status).toBe(401)
  })

  test('row 19 (GHSA-6mq3-xmgp-pjm5): a token that is cut or grown by one byte is none', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, accessToken, refreshToken } = await signedIn(app)
    const { sessionCookie = '' } = await openSession(app.deps(), userId, { transport: 'cookie' })
    const changed = (token: string) => [
      token.slice(0, -1),
      token.slice(0, -8),
      `${token}A`,
      `${token}=`,
      token.slice(1),
    ]
    for (const token of changed(accessToken)) expect((await me(app, { token })).status).toBe(401)
    for (const token of changed(refreshToken)) expect((await refresh(app, token)).status).toBe(401)
    const [name = '', value = ''] = sessionCookie.split(/=(.*)/s)
    for (const cookie of changed(value)) {
      expect((await me(app, { cookie: `${name}=${cookie}` })).status).toBe(401)
    }
    const challenge = await app.startLogin(account)
    const code = await nextCode(account)
    for (const token of changed(challenge)) {
      expect([400, 401]).toContain((await verify(app, token, code)).status)
    }
    expect((await verify(app, challenge, code)).status).toBe(200)
    expect((await me(app, { token: accessToken })).status).toBe(200)
    expect((await refresh(app, refreshToken)).status).toBe(200)
  })

  test('row 22 (GHSA-wc43-73w7-x2f5): assurance is what the factors of this session were, never what was once', async ({
    expect,
  }) => {
    const app = startApp()
    const user = await withTotp(app)
    const assurance = async (token: string) => {
      const { body } = await me(app, { token })
      const { acr } = body['session'] as { acr: string }
      expect(decodeJwt(token)['acr']).toBe(acr)
      return acr
    }
    // Opened with a mailed code: an app that was added since makes it no stronger.
    expect(await assurance(user.accessToken)).toBe('aal1')
    const strong = await signInWithTotp(app, user)
    expect(await assurance(strong.accessToken)).toBe('aal2')
    const answer = await app.post(
      '/api/users/enable-2fa/disable/',
      {},
      { token: strong.accessToken },
    )
    expect(answer.status).toBe(204)
    const weak = await app.signIn(user.account)
    expect(await assurance(weak.accessToken)).toBe('aal1')
  })

  test('E-112, row 39 (AA 65.13.0): whatever a disabled user holds is dead', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const { account, userId, accessToken, refreshToken } = await signedIn(app)
    const { sessionCookie } = await openSession(app.deps(), userId, { transport: 'cookie' })
    const challenge = await app.startLogin(account)
    const code = await nextCode(account)
    const stepUp = await app.post(
      '/api/auth/step-up/',
      { password: account.password },
      { token: accessToken },
    )
    const disabled = await act(app, admin, `${userId}/disable/`)
    expect(disabled.status).toBe(204)
    expect((await me(app, { token: accessToken })).status).toBe(401)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(401)
    expect((await refresh(app, refreshToken)).status).toBe(401)
    expect((await verify(app, challenge, code)).status).toBe(401)
    const finish = { challenge: stepUp.body.challenge, method: 'email', code: '000000' }
    const confirmed = await app.post('/api/auth/step-up/verify/', finish, { token: accessToken })
    expect(confirmed.status).toBe(401)
    expect(await rowsOf('sessions', account.email)).toBe(0)
  })

  test('row 40 (AA 64.1.0): logout takes a half-finished confirmation with it', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, accessToken } = await signedIn(app)
    const { password } = account
    const started = await app.post('/api/auth/step-up/', { password }, { token: accessToken })
    const code = await nextCode(account)
    const { challenge } = started.body
    expect((await app.post('/api/auth/logout/', {}, { token: accessToken })).status).toBe(204)
    const finish = { challenge, method: 'email', code }
    const late = await app.post('/api/auth/step-up/verify/', finish, { token: accessToken })
    expect(late.status).toBe(401)
    const other = await openSession(app.deps(), userId)
    const foreign = await app.post('/api/auth/step-up/verify/', finish, {
      token: other.accessToken,
    })
    expect([foreign.status, foreign.body.code]).toEqual([401, 'invalid_challenge'])
    expect((await app.post('/api/auth/verify-2fa/', finish)).body.code).toBe('invalid_challenge')
  })

  test('E-018, row 16 (GHSA-7h8m-vrxx-vr4m): a crowd of parallel wrong passwords is five checks', async ({
    expect,
  }) => {
    const app = startApp()
    const { email: identifier } = await app.hasAccount()
    const count = many(1000)
    const { hashes, result } = await countingHashes(() =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          app.post(
            '/api/auth/login/',
            { identifier, password: `wrong ${index}` },
            { ip: freshAddress() },
          ),
        ),
      ),
    )
    expect([hashes, statuses(result, 401), statuses(result, 429)]).toEqual([5, 5, count - 5])
    expect(await mailsTo(identifier)).toHaveLength(1)
    expect(await countEvents(identifier, 'authn_login_fail')).toBe(5)
    expect(await countEvents(identifier, 'authn_login_lock')).toBe(1)
  })
})
