import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { type App, me, signedIn } from '../../support/acts'
import {
  askForEmail,
  CONFIRM as CONFIRM_FIRST,
  confirmEmail,
  confirmNotices,
  notMe,
  REQUESTED,
  rowOf,
  stepUpAnew,
} from '../../support/addresses'
import { freshAddress, startApp } from '../../support/app'
import { visible } from '../../support/attack'
import { linkIn, mailAbout, mailsTo, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf, rowsOf, userIdOf } from '../../support/rows-of'

const CONFIRM = /Confirm this address for notices/
const ADDED = /second address gets your notices/
const REMOVED = /gets no more notices/

const askForNotices = (app: App, token: string, email: string) =>
  app.post('/api/users/notification-email/', { email }, { token, ip: freshAddress() })
const remove = (app: App, token: string) =>
  app.send('DELETE', '/api/users/notification-email/', { token, ip: freshAddress() })

/** Somebody with a second address that is confirmed. */
async function withSecond(app: App) {
  const owner = await signedIn(app)
  const { email } = app.newAccount()
  await askForNotices(app, owner.accessToken, email)
  await confirmNotices(app, tokenIn(await mailAbout(email, CONFIRM)))
  await mailAbout(owner.account.email, ADDED)
  await stepUpAnew(app, owner.sessionId)
  return { ...owner, email }
}

describe('a second address', () => {
  test('gets notices once it is confirmed, and opens nothing', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken: token, sessionId } = await signedIn(app)
    const { email } = app.newAccount()
    const asked = await askForNotices(app, token, email)
    expect([asked.status, asked.body]).toEqual([202, { status: 'confirmation_sent' }])
    const mail = await mailAbout(email, CONFIRM)
    expect(linkIn(mail)).toMatch(/^https:\/\/auth\.phantom\.test\/confirm-notifications#token=/)
    expect((await me(app, { token })).body).toMatchObject({ notification_email: null })
    const done = await confirmNotices(app, tokenIn(mail))
    expect([done.status, done.body]).toEqual([200, { status: 'confirmed' }])
    expect((await confirmNotices(app, tokenIn(mail))).status).toBe(400)
    expect((await me(app, { token })).body).toMatchObject({
      email: account.email,
      notification_email: email,
    })
    const told = await mailAbout(account.email, ADDED)
    expect(told.text).toContain('u…[at]example[.]com')

    // A notice goes to both, and either can stop a change of address; the first one gets the
    // account.
    await stepUpAnew(app, sessionId)
    await askForEmail(app, token, app.newAccount().email)
    await mailAbout(account.email, REQUESTED)
    const notMeToken = tokenIn(await mailAbout(email, REQUESTED))
    const login = { identifier: email, password: account.password }
    expect((await app.post('/api/auth/login/', login)).status).toBe(401)
    expect((await notMe(app, notMeToken)).body).toEqual({ status: 'frozen' })
    expect((await rowsOf(await userIdOf(account))).get('known_devices')).toEqual([])
    await mailAbout(account.email, /is frozen/)
    expect(await eventsOf(account.email)).toEqual(
      expect.arrayContaining([
        { event: 'user_notification_email_requested', data: null },
        { event: 'user_notification_email_changed', data: '{"change":"added"}' },
      ]),
    )
  })

  test('is removed, which both addresses hear of, with the link for the next one', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token, sessionId, email } = await withSecond(app)
    const next = app.newAccount().email
    await askForNotices(app, token, next)
    const link = tokenIn(await mailAbout(next, CONFIRM))
    expect((await remove(app, token)).status).toBe(401)
    await stepUpAnew(app, sessionId)
    expect((await remove(app, token)).status).toBe(204)
    expect((await me(app, { token })).body).toMatchObject({ notification_email: null })
    await mailAbout(account.email, REMOVED)
    await mailAbout(email, REMOVED)
    expect((await confirmNotices(app, link)).status).toBe(400)
    // Where there is none, nothing is recorded or told.
    await stepUpAnew(app, sessionId)
    expect((await remove(app, token)).status).toBe(204)
    const events = (await eventsOf(account.email)).map(({ data }) => data)
    expect(events.filter((data) => data === '{"change":"removed"}')).toHaveLength(1)
  })

  test('is replaced by the next one, and hears of it', async ({ expect }) => {
    const app = startApp()
    const { accessToken: token, email } = await withSecond(app)
    const next = app.newAccount().email
    await askForNotices(app, token, next)
    await confirmNotices(app, tokenIn(await mailAbout(next, CONFIRM)))
    expect((await me(app, { token })).body).toMatchObject({ notification_email: next })
    await mailAbout(email, ADDED)
  })

  test('is another than the first', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const answer = await askForNotices(app, accessToken, account.email.toUpperCase())
    expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer: '#/email' }]])
  })

  test('has one link at a time, good for 24 hours and for the account as it was', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken, sessionId } = await signedIn(app)
    const link = async () => {
      const { email } = app.newAccount()
      await stepUpAnew(app, sessionId)
      expect((await askForNotices(app, accessToken, email)).status).toBe(202)
      return tokenIn(await mailAbout(email, CONFIRM))
    }
    const first = await link()
    const second = await link()
    expect((await confirmNotices(app, first)).status).toBe(400)
    const changed = (what: string) =>
      env.DB.prepare(`UPDATE users SET ${what} WHERE email = ?`).bind(account.email).run()
    await changed('security_epoch = 7')
    expect((await confirmNotices(app, second)).status).toBe(400)
    await changed('security_epoch = 0')
    app.advance(86_395)
    expect((await confirmNotices(app, second)).status).toBe(200)
    const other = await withSecond(app)
    const { email } = app.newAccount()
    await askForNotices(app, other.accessToken, email)
    const late = tokenIn(await mailAbout(email, CONFIRM))
    app.advance(86_400)
    expect((await confirmNotices(app, late)).status).toBe(400)
  })

  test('and a new first address: a link dies with the session that asked for it', async ({
    expect,
  }) => {
    const app = startApp()
    for (const [confirm, ask, confirmLink] of [
      [CONFIRM_FIRST, askForEmail, confirmEmail],
      [CONFIRM, askForNotices, confirmNotices],
    ] as const) {
      const { account, userId, accessToken: token } = await signedIn(app)
      const intruder = await openSession(app.deps(), userId)
      const other = await openSession(app.deps(), userId)
      const linkFrom = async (session: typeof intruder) => {
        const { email } = app.newAccount()
        expect((await ask(app, session.accessToken, email)).status).toBe(202)
        return tokenIn(await mailAbout(email, confirm))
      }
      const link = await linkFrom(intruder)
      const before = await rowOf('email', account.email)
      await app.send('DELETE', `/api/auth/sessions/${intruder.sessionId}/`, { token })
      const refused = await confirmLink(app, link)
      expect(visible(refused)).toEqual(visible(await confirmLink(app, 'A'.repeat(43))))
      expect(await rowOf('email', account.email)).toEqual(before)
      const events = (await eventsOf(account.email)).map(({ event }) => event)
      expect(events.filter((event) => event.endsWith('email_changed'))).toEqual([])
      // The session of another browser is none of its business.
      const good = await linkFrom(other)
      await app.send('DELETE', '/api/auth/sessions/', { token: other.accessToken })
      expect((await confirmLink(app, good)).status).toBe(200)
    }
  })

  test('parallel confirmations count once, and so do parallel requests', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const { email } = app.newAccount()
    const count = many(10)
    const asked = await Promise.all(
      Array.from({ length: count }, () => askForNotices(app, accessToken, email)),
    )
    expect(asked.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(asked.filter(({ status }) => status === 401)).toHaveLength(count - 1)
    const token = tokenIn(await mailAbout(email, CONFIRM))
    expect(await mailsTo(email, { after: 1 })).toEqual([])
    const confirm = () => confirmNotices(app, token)
    const answers = await Promise.all(Array.from({ length: many(50) }, confirm))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const events = (await eventsOf(account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'user_notification_email_changed')).toHaveLength(1)
  })
})
