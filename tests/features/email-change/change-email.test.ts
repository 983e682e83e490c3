import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { me, signedIn, STEP_UP_PASSED_SECONDS, verify } from '../../support/acts'
import {
  askForEmail,
  CHANGED,
  changed,
  changing,
  CONFIRM,
  confirmEmail,
  notMe,
  REQUESTED,
  rowOf,
  stepUpAnew,
} from '../../support/addresses'
import { nextCode, startApp } from '../../support/app'
import { linkIn, mailAbout, mailsTo, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'

const login = (app: ReturnType<typeof startApp>, identifier: string, password: string) =>
  app.post('/api/auth/login/', { identifier, password })

const tokensOf = async (userId: unknown) => {
  const { results } = await env.DB.prepare('SELECT purpose FROM mailed_tokens WHERE user_id = ?')
    .bind(userId)
    .run<{ purpose: string }>()
  return results.map(({ purpose }) => purpose).sort()
}

describe('a change of address', () => {
  test('is asked for, told to the old address, and made by the new one', async ({ expect }) => {
    const app = startApp()
    const { account, userId, accessToken, sessionId } = await signedIn(app)
    const other = await openSession(app.deps(), userId)
    const { email } = app.newAccount()
    const asked = await askForEmail(app, accessToken, email)
    expect([asked.status, asked.body]).toEqual([202, { status: 'confirmation_sent' }])
    const toNew = await mailAbout(email, CONFIRM)
    const toOld = await mailAbout(account.email, REQUESTED)
    expect(linkIn(toNew)).toMatch(/^https:\/\/auth\.phantom\.test\/confirm-email#token=[\w-]{43}$/)
    expect(linkIn(toOld)).toMatch(/^https:\/\/auth\.phantom\.test\/not-me#token=[\w-]{43}$/)
    // The old mailbox may be the intruder's: it learns of the new address no more than it must.
    expect(toOld.text).toContain('u…[at]example[.]com')
    expect(toOld.text + toOld.html).not.toContain(email)
    const before = await rowOf('email', account.email)
    const done = await confirmEmail(app, tokenIn(toNew))
    expect([done.status, done.body]).toEqual([200, { status: 'email_changed' }])
    const row = await rowOf('email', email)
    expect(row).toEqual({
      ...before,
      email,
      email_key: email,
      security_epoch: 1,
      email_verified_at: expect.any(Number) as number,
    })
    expect(Number(row['email_verified_at'])).toBeGreaterThan(Number(before['email_verified_at']))
    expect(linkIn(await mailAbout(account.email, CHANGED))).toMatch(/\/not-me#token=/)

    expect((await me(app, { token: accessToken })).body).toMatchObject({ email })
    expect((await me(app, { token: other.accessToken })).status).toBe(401)
    expect((await login(app, account.email, account.password)).status).toBe(401)
    const again = await app.signIn({ ...account, email })
    expect((await me(app, { token: again.accessToken })).status).toBe(200)

    const events = (await eventsOf(email)).filter(({ event }) => event.includes('email'))
    expect(events.map(({ event }) => event)).toEqual([
      'user_email_change_requested',
      'user_email_changed',
    ])
    expect(JSON.stringify(events)).not.toContain(email)
    const { results } = await env.DB.prepare('SELECT session_id FROM audit_events WHERE event = ?')
      .bind('user_email_changed')
      .run()
    expect(results).toContainEqual({ session_id: sessionId })
  })

  test('needs both steps within ten minutes, once for each request', async ({ expect }) => {
    const app = startApp()
    const { accessToken, sessionId, refreshToken } = await signedIn(app)
    const { email } = app.newAccount()
    const count = many(10)
    const answers = await Promise.all(
      Array.from({ length: count }, () => askForEmail(app, accessToken, email)),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(count - 1)
    expect(await mailsTo(email, { after: 1 })).toEqual([])
    await stepUpAnew(app, sessionId)
    app.advance(STEP_UP_PASSED_SECONDS)
    const { body } = await app.post('/api/auth/refresh/', { refresh_token: refreshToken })
    const late = await askForEmail(app, body.access_token ?? '', email)
    expect([late.status, late.body.code]).toEqual([401, 'insufficient_user_authentication'])
  })

  test('to the address that the account has is refused, in any spelling', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    for (const same of [account.email, account.email.toUpperCase()]) {
      const answer = await askForEmail(app, accessToken, same)
      expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer: '#/email' }]])
    }
    // The refusal used no step-up up.
    expect((await askForEmail(app, accessToken, app.newAccount().email)).status).toBe(202)
  })

  test('has one link at a time, good for 24 hours and for the account as it was', async ({
    expect,
  }) => {
    const app = startApp()
    const first = await changing(app)
    await stepUpAnew(app, first.sessionId)
    const { email } = app.newAccount()
    await askForEmail(app, first.accessToken, email)
    const second = tokenIn(await mailAbout(email, CONFIRM))
    expect((await confirmEmail(app, first.token)).status).toBe(400)
    app.advance(86_395)
    expect((await confirmEmail(app, second)).status).toBe(200)

    const late = await changing(app)
    app.advance(86_400)
    expect((await confirmEmail(app, late.token)).status).toBe(400)

    for (const change of [
      'security_epoch = security_epoch + 1',
      "status = 'disabled'",
      'frozen_at = 1',
      'erasure_due_at = 1',
    ]) {
      const { account, token } = await changing(app)
      await env.DB.prepare(`UPDATE users SET ${change} WHERE email = ?`).bind(account.email).run()
      expect([change, (await confirmEmail(app, token)).status]).toEqual([change, 400])
      expect(await eventsOf(account.email)).not.toContainEqual(
        expect.objectContaining({ event: 'user_email_changed' }),
      )
    }
  })

  test('ends resets under way, and the second address if it becomes the first', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, token, email } = await changing(app)
    const { id } = await rowOf('email', account.email)
    await env.DB.batch([
      env.DB.prepare(`UPDATE users SET notification_email = ? WHERE id = ?`).bind(
        email.toUpperCase(),
        id,
      ),
      env.DB.prepare(`INSERT INTO mailed_tokens VALUES (?, ?, 'reset', '0', ?)`).bind(
        `reset ${app.id}`,
        id,
        app.now().getTime() + 60_000,
      ),
    ])
    expect((await confirmEmail(app, token)).status).toBe(200)
    expect(await tokensOf(id)).toEqual(['not_me', 'not_me'])
    expect(await rowOf('email', email)).toMatchObject({ notification_email: null })
  })

  test('ends the logins that are half way through', async ({ expect }) => {
    const app = startApp()
    const { account, token } = await changing(app)
    const challenge = await app.startLogin(account)
    const code = await nextCode(account)
    await confirmEmail(app, token)
    expect((await verify(app, challenge, code)).status).toBe(401)
  })
})

describe('“this was not me”', () => {
  test('before the confirmation: keeps the address, ends everything', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken, token, notMeToken } = await changing(app)
    const answer = await notMe(app, notMeToken)
    expect([answer.status, answer.body]).toEqual([200, { status: 'frozen' }])
    expect((await me(app, { token: accessToken })).status).toBe(401)
    expect((await confirmEmail(app, token)).status).toBe(400)
    expect((await notMe(app, notMeToken)).status).toBe(400)
    const row = await rowOf('email', account.email)
    expect(row).toMatchObject({ status: 'active', security_epoch: 1 })
    expect(row['frozen_at']).toEqual(expect.any(Number))
    const refused = await login(app, account.email, account.password)
    expect([refused.status, refused.body.code]).toEqual([403, 'account_frozen'])
    expect((await mailAbout(account.email, /is frozen/)).text).toContain('Forgot password')
    expect((await eventsOf(account.email)).at(-2)?.event).toBe('user_frozen')
    expect(await tokensOf(row['id'])).toEqual([])
  })

  test('after it: brings the address back, for seven days', async ({ expect }) => {
    const app = startApp()
    const inTime = await changed(app)
    const late = await changed(app)
    const { id } = await rowOf('email', inTime.email)
    await env.DB.prepare(
      `UPDATE users SET notification_email = 'x@example.com', erasure_due_at = ? WHERE id = ?`,
    )
      .bind(app.now().getTime() + 9e9, id)
      .run()
    app.advance(7 * 86_400 - 30)
    expect((await notMe(app, inTime.changedToken)).body).toEqual({ status: 'frozen' })
    expect(await rowOf('email', inTime.account.email)).toMatchObject({
      id,
      email_key: inTime.account.email,
      status: 'active',
      security_epoch: 2,
      notification_email: null,
      erasure_due_at: null,
    })
    expect(await rowOf('email', inTime.email)).toEqual({})
    expect(await tokensOf(id)).toEqual([])
    const events = (await eventsOf(inTime.account.email)).map(({ event }) => event)
    expect(events.slice(-2)).toEqual(['user_erasure_cancelled', 'user_frozen'])
    await mailAbout(inTime.account.email, /is frozen/)
    app.advance(30)
    expect((await notMe(app, late.changedToken)).status).toBe(400)
  })

  test('parallel uses freeze once', async ({ expect }) => {
    const app = startApp()
    const { account, changedToken } = await changed(app)
    const stop = () => notMe(app, changedToken)
    const answers = await Promise.all(Array.from({ length: many(50) }, stop))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await rowOf('email', account.email)).toMatchObject({ security_epoch: 2 })
    const events = await eventsOf(account.email)
    expect(events.filter(({ event }) => event === 'user_frozen')).toHaveLength(1)
  })
})
