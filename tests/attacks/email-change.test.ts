import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { startMail } from '../platform/email/support'
import { type App, me, signedIn } from '../support/acts'
import {
  askForEmail,
  changed,
  changing,
  CONFIRM,
  confirmEmail,
  notMe,
  REQUESTED,
  rowOf,
  stepUpAnew,
} from '../support/addresses'
import { freshAddress, startApp } from '../support/app'
import { visible } from '../support/attack'
import { mailAbout, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { eventsOf } from '../support/rows-of'
import { mailsTo as sentTo } from '../support/smtp-mailbox'

const PASSWORD = 'the stranger chose these words'

const signUp = (app: App, email: string, extra: Record<string, unknown> = {}) =>
  app.post('/api/users/create/', { email, password: PASSWORD, ...extra }, { ip: freshAddress() })

/** Asks for a change and tells all that anybody can see of it. */
async function seenOf(app: App, target: string, sent: () => number) {
  const { account, accessToken } = await signedIn(app)
  const before = sent()
  const answer = visible(await askForEmail(app, accessToken, target))
  const mails = sent() - before
  const notice = await mailAbout(account.email, REQUESTED)
  const events = (await eventsOf(account.email)).slice(-1)
  const text = notice.text.replace(/^(IP address|Time): .*$|#token=.*$/gm, '')
  return { answer, mails, events, text }
}

describe('a change of address', () => {
  test('E-012: to a taken, a disabled, an unconfirmed and a free one look alike', async ({
    expect,
  }) => {
    let sent = 0
    const app = startApp((deps) => ({
      ...deps,
      mailQueue: new Proxy(deps.mailQueue, {
        get: (queue, key) => {
          const value: unknown = Reflect.get(queue, key)
          if (key === 'send') sent += 1
          return typeof value === 'function' ? (value.bind(queue) as unknown) : value
        },
      }),
    }))
    const holder = await app.hasAccount()
    const disabled = await app.hasAccount()
    const pending = app.newAccount()
    await signUp(app, pending.email)
    await env.DB.prepare(`UPDATE users SET status = 'disabled' WHERE email = ?`)
      .bind(disabled.email)
      .run()
    const taken = await seenOf(app, holder.email, () => sent)
    expect(taken.mails).toBe(2)
    for (const email of [disabled.email, pending.email, app.newAccount().email]) {
      expect(await seenOf(app, email, () => sent)).toEqual(taken)
    }
    // What waits is in the asker's export either way; nobody is mailed the link of an address that
    // is taken.
    const told = await mailAbout(holder.email, /wanted to use your e-mail address/)
    expect(told.text).not.toContain('#token')
  })

  test('E-053: who signs up with the address first keeps it from nobody', async ({ expect }) => {
    const app = startApp()
    const { email } = app.newAccount()
    await signUp(app, email, { role: 'merchant', merchant: { legal_name: 'Squatter Ltd' } })
    const strangersLink = tokenIn(await nextMail(email))
    const { token, account, accessToken } = await changing(app, email)
    expect((await confirmEmail(app, token)).status).toBe(200)
    expect((await me(app, { token: accessToken })).body).toMatchObject({ email })
    const verified = await app.post('/api/auth/verify-email/', { token: strangersLink })
    expect(verified.status).toBe(400)
    const left = env.DB.prepare('SELECT email FROM sign_ups WHERE email = ?').bind(email)
    expect((await left.run()).results).toEqual([])
    for (const [password, status] of [
      [PASSWORD, 401],
      [account.password, 200],
    ] as const) {
      const login = await app.post('/api/auth/login/', { identifier: email, password })
      expect(login.status).toBe(status)
    }
  })

  test('E-053: of two accounts that confirm one address in parallel, one gets it', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await changing(app)
    app.advance(61)
    const bob = await changing(app, ada.email)
    const answers = await Promise.all(
      Array.from({ length: many(50) }, async (_, index) => {
        const person = index % 2 === 0 ? ada : bob
        return { person, answer: await confirmEmail(app, person.token) }
      }),
    )
    const won = answers.filter(({ answer }) => answer.status === 200)
    expect(won).toHaveLength(1)
    const winner = won[0]?.person
    const loser = winner === ada ? bob : ada
    expect((await me(app, { token: winner?.accessToken ?? '' })).body).toMatchObject({
      email: ada.email,
    })
    expect((await me(app, { token: loser.accessToken })).body).toMatchObject({
      email: loser.account.email,
    })
    const events = await eventsOf(ada.email)
    expect(events.filter(({ event }) => event === 'user_email_changed')).toHaveLength(1)
    expect(JSON.stringify(await eventsOf(loser.account.email))).not.toContain('email_changed')
    // One that has become another's is refused like one that never was.
    const late = answers.find(({ person, answer }) => person === loser && answer.status !== 200)
    const never = await confirmEmail(app, 'A'.repeat(43))
    expect(late && visible(late.answer)).toEqual(visible(never))
  })

  test('E-053: an address that got an account meanwhile is not taken over', async ({ expect }) => {
    const app = startApp()
    const { token, email, account } = await changing(app)
    app.advance(61)
    await signUp(app, email)
    await app.post('/api/auth/verify-email/', { token: tokenIn(await nextMail(email)) })
    const before = await rowOf('email', email)
    expect((await confirmEmail(app, token)).status).toBe(400)
    expect(await rowOf('email', email)).toEqual(before)
    expect(await rowOf('email', account.email)).toMatchObject({ security_epoch: 0 })
  })

  test('E-121: six requests from many networks send a victim one mail a minute', async ({
    expect,
  }) => {
    const mail = startMail()
    const app = startApp((deps) => ({ ...deps, mailQueue: mail.deps.mailQueue }))
    const { accessToken: token, sessionId } = await signedIn(app)
    const victims = { mail: app.newAccount().email, notice: app.newAccount().email }
    const holder = await app.hasAccount()
    const ask = (path: string, email: string) =>
      app.post(`/api/users/${path}/`, { email }, { token, ip: freshAddress() })
    for (let count = 0; count < 6; count++) {
      for (const [path, email] of [
        ['change-email', victims.mail],
        ['change-email', holder.email],
        ['notification-email', victims.notice],
      ] as const) {
        await stepUpAnew(app, sessionId)
        expect((await ask(path, email)).status).toBe(202)
      }
    }
    const sent = async (email: string) => (await sentTo(email)).length
    await mail.deliver(mail.taken())
    for (const email of [victims.mail, victims.notice, holder.email]) {
      expect([email, await sent(email)]).toEqual([email, 1])
    }
    app.advance(61)
    await stepUpAnew(app, sessionId)
    await ask('change-email', victims.mail)
    await mail.deliver(mail.taken())
    expect(await sent(victims.mail)).toBe(2)
  })
})

describe('“this was not me”', () => {
  test('after two changes the first address has the last word', async ({ expect }) => {
    const app = startApp()
    const owner = await changed(app)
    const { sessionId, accessToken, account, email: intruders } = owner
    await stepUpAnew(app, sessionId)
    const { email: second } = app.newAccount()
    await askForEmail(app, accessToken, second)
    const theirs = tokenIn(await mailAbout(intruders, REQUESTED))
    await confirmEmail(app, tokenIn(await mailAbout(second, CONFIRM)))
    // The intruder takes the account back to the mailbox in between, to be rid of the owner's link.
    expect((await notMe(app, theirs)).body).toEqual({ status: 'frozen' })
    expect(await rowOf('email', intruders)).toMatchObject({ status: 'active' })
    expect((await notMe(app, owner.changedToken)).body).toEqual({ status: 'frozen' })
    expect(await rowOf('email', account.email)).toMatchObject({ status: 'active' })
    expect(await rowOf('email', intruders)).toEqual({})
    expect((await notMe(app, owner.notMeToken)).status).toBe(400)
  })

  test('a sign-up with the old address does not keep its owner from it', async ({ expect }) => {
    const app = startApp()
    const { account, changedToken } = await changed(app)
    await signUp(app, account.email)
    expect((await notMe(app, changedToken)).body).toEqual({ status: 'frozen' })
    const wrong = { identifier: account.email, password: PASSWORD }
    expect((await app.post('/api/auth/login/', wrong)).status).toBe(401)
  })
})
