import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { sha256 } from '../../src/platform/crypto/token'
import { openSession } from '../support/accounts'
import { me, refresh, signedIn, signInWithTotp, withOldTotp, wrongCodes } from '../support/acts'
import { type Account, freshAddress, startApp } from '../support/app'
import { failLogin, visible } from '../support/attack'
import { nextMail, subjectsTo } from '../support/mailbox'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import {
  askReset,
  checkToken,
  confirmReset,
  NEW_PASSWORD,
  nextResetToken,
  resetTokenOf,
  setUser,
  tryLogin,
} from '../support/recovery'
import { eventsOf, userIdOf } from '../support/rows-of'

const devicesOf = async (account: Account) => {
  const { results } = await env.DB.prepare(
    'SELECT device_hash FROM known_devices WHERE user_id = ?',
  )
    .bind(await userIdOf(account))
    .run()
  return results
}

const RANDOM_TOKEN = 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE'

describe('recovery', () => {
  test('E-006: known, unknown, unconfirmed, disabled and closing addresses get one answer for one work', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const known = await app.hasAccount()
    const disabled = await app.hasAccount()
    await setUser(disabled, `status = 'disabled'`)
    const closing = await app.hasAccount()
    await setUser(closing, `erasure_due_at = ${app.now().getTime() + 1e9}`)
    const pending = app.newAccount()
    await app.post('/api/users/create/', pending)
    const emails = [known, app.newAccount(), pending, disabled, closing].map(({ email }) => email)
    const seen = []
    for (const email of [...emails, ...emails]) {
      read()
      const answer = visible(await askReset(app, email))
      const { d1RoundTrips, kvReads, kvWrites, objectCalls, queueSends } = read()
      seen.push({ answer, work: { d1RoundTrips, kvReads, kvWrites, objectCalls, queueSends } })
    }
    expect(seen[0]?.answer).toMatchObject({ status: 202, text: '{"status":"reset_sent"}' })
    expect(seen[0]?.work).toEqual({
      d1RoundTrips: 2,
      kvReads: 0,
      kvWrites: 0,
      objectCalls: 2,
      queueSends: 1,
    })
    for (const other of seen) expect(other).toEqual(seen[0])
    await nextResetToken(known)
    expect(await subjectsTo(disabled.email)).toEqual(['Your account is disabled'])
  })

  test('E-008: random, used, expired, foreign and orphaned tokens are one refusal', async ({
    expect,
  }) => {
    const app = startApp()
    const [used, expired, disabled, gone, closing] = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const account = await app.hasAccount()
        return { ...account, token: await resetTokenOf(app, account) }
      }),
    )
    if (!used || !expired || !disabled || !gone || !closing) throw new Error('no accounts')
    expect((await confirmReset(app, used.token)).status).toBe(204)
    await env.DB.prepare('UPDATE mailed_tokens SET expires_at = 0 WHERE token_hash = ?')
      .bind(sha256(expired.token))
      .run()
    await setUser(disabled, `status = 'disabled'`)
    await setUser(closing, `erasure_due_at = ${app.now().getTime() + 1e9}`)
    const goneId = await userIdOf(gone)
    await env.DB.batch([
      env.DB.prepare('DELETE FROM mailed_tokens WHERE user_id = ?').bind(goneId),
      env.DB.prepare('DELETE FROM users WHERE id = ?').bind(goneId),
    ])
    for (const act of [checkToken, confirmReset]) {
      const reference = visible(await act(app, RANDOM_TOKEN))
      expect(reference).toMatchObject({
        status: 400,
        text: expect.stringContaining('invalid_token'),
      })
      for (const { token } of [used, expired, disabled, gone, closing]) {
        expect(visible(await act(app, token))).toEqual(reference)
      }
    }
  })

  test('E-019, row 37 (AA 65.2.0): old passwords given to change one count with those of logins', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    const change = (old: string) =>
      app.post(
        '/api/auth/change-password/',
        { old_password: old, new_password: NEW_PASSWORD },
        { token },
      )
    await failLogin(app, account.email, 2, cookie)
    const stepUp = await app.post('/api/auth/step-up/', { password: 'wrong' }, { token })
    expect(stepUp.status).toBe(401)
    expect((await change('wrong one')).body).toMatchObject({ code: 'invalid_credentials' })
    expect((await change('wrong two')).status).toBe(401)
    expect((await change(account.password)).body).toMatchObject({ code: 'too_many_attempts' })
    const json = { identifier: account.email, password: account.password }
    expect((await app.post('/api/auth/login/', json, { cookie })).status).toBe(429)
  })

  test('E-019: the fifth wrong code given to a reset link ends it, for its page too; those of logins do not count', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    const guess = (link: string, code: string) =>
      confirmReset(app, link, { second_factor: { method: 'totp', code } })
    const wrong = wrongCodes(ada.codeNow(), 10)
    for (const some of [wrong.slice(0, 5), wrong.slice(5)]) {
      const challenge = await app.startLogin(ada.account)
      for (const code of some) {
        const json = { challenge, method: 'totp', code }
        const answer = await app.post('/api/auth/verify-2fa/', json)
        expect(answer.body.code).toBe('invalid_code')
      }
    }
    const challenge = await app.startLogin(ada.account)
    const login = { challenge, method: 'totp', code: ada.codeNow() }
    expect((await app.post('/api/auth/verify-2fa/', login)).status).toBe(429)

    const token = await resetTokenOf(app, ada.account)
    for (const code of wrong.slice(0, 4)) {
      expect((await guess(token, code)).body).toMatchObject({ code: 'invalid_code' })
    }
    expect((await checkToken(app, token)).status).toBe(200)
    expect((await guess(token, wrong[4] ?? '')).body).toMatchObject({ code: 'invalid_code' })
    expect((await checkToken(app, token)).status).toBe(400)
    expect((await guess(token, ada.codeNow())).body).toMatchObject({ code: 'invalid_token' })
    app.advance(61)
    const next = await resetTokenOf(app, ada.account)
    expect((await guess(next, ada.codeNow())).status).toBe(204)
  })

  test('E-051: the browser of an intruder is a stranger’s after a reset, the one of the link is not', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, deviceCookie: own } = await signedIn(app)
    const { deviceCookie: intruders } = await openSession(app.deps(), userId)
    const bystander = await signedIn(app)
    expect(await devicesOf(account)).toHaveLength(2)
    const token = await resetTokenOf(app, account)
    const wrong = await confirmReset(app, RANDOM_TOKEN, {}, own)
    expect([wrong.status, (await devicesOf(account)).length]).toEqual([400, 2])
    expect((await confirmReset(app, token, {}, own)).status).toBe(204)
    const hashOf = (cookie = '') => sha256(/=([^.]+)/.exec(cookie)?.[1] ?? '')
    expect(await devicesOf(account)).toEqual([{ device_hash: hashOf(own) }])
    expect(await devicesOf(bystander.account)).toHaveLength(1)
    await failLogin(app, account.email, 5)
    const json = { identifier: account.email, password: NEW_PASSWORD }
    const enter = async (cookie: string | undefined) =>
      (await app.post('/api/auth/login/', json, { ip: freshAddress(), cookie })).status
    expect([await enter(intruders), await enter(own)]).toEqual([429, 200])

    // A browser that nobody knew is the only one then, and the owner hears of its login.
    app.advance(61)
    const other = await confirmReset(app, await resetTokenOf(app, account))
    const cookie = other.headers.getSetCookie()[0]?.split(';')[0]
    expect(await devicesOf(account)).toEqual([])
    await failLogin(app, account.email, 5)
    expect([await enter(own), await enter(cookie)]).toEqual([429, 200])
  })

  test('E-036, E-044: parallel uses of a reset link set one password', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const token = await resetTokenOf(app, ada)
    const count = many(50)
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        confirmReset(app, token, { password: `${NEW_PASSWORD} ${index}` }),
      ),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(count - 1)
    const winner = answers.findIndex(({ status }) => status === 204)
    expect((await tryLogin(app, ada, `${NEW_PASSWORD} ${winner}`)).status).toBe(200)
    const events = (await eventsOf(ada.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_password_reset')).toHaveLength(1)
  })

  test('E-051: a reset opens no session, ends all, keeps the app, and is told', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    const bearer = await signInWithTotp(app, ada)
    const browser = await signInWithTotp(app, ada, { transport: 'cookie' })
    const token = await resetTokenOf(app, ada.account)
    const factor = { method: 'totp', code: ada.codeNow() }
    const done = await confirmReset(app, token, { second_factor: factor })
    expect([done.status, done.text]).toEqual([204, ''])
    const cookies = done.headers.getSetCookie()
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-phantom_device'])
    expect((await me(app, { token: bearer.accessToken })).status).toBe(401)
    expect((await me(app, { cookie: browser.sessionCookie })).status).toBe(401)
    expect((await refresh(app, bearer.refreshToken)).status).toBe(401)
    app.advance(30)
    const started = await tryLogin(app, ada.account, NEW_PASSWORD)
    expect(started.body['methods']).toEqual(['totp', 'backup_code'])
    expect((await tryLogin(app, ada.account, ada.account.password)).status).toBe(401)
    const subjects: string[] = []
    do subjects.push((await nextMail(ada.account.email)).subject)
    while (!subjects.at(-1)?.includes('password was changed'))
  })
})
