import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { keyOwner, madeKey, verifyKey } from '../api-keys/support'
import { startMail } from '../platform/email/support'
import { openSession } from '../support/accounts'
import { type App, refresh, signedIn, verify, waitingLogin, withTotp } from '../support/acts'
import { freshAddress, nextCode, startApp } from '../support/app'
import { broken, failLogin, visible } from '../support/attack'
import { mailsTo } from '../support/mailbox'
import { many } from '../support/many'
import { confirmReset, resetTokenOf } from '../support/recovery'
import { rowsOf } from '../support/rows-of'
import { mailsTo as sentTo } from '../support/smtp-mailbox'

const login = (app: App, identifier: string, password: string, cookie?: string) =>
  app.post('/api/auth/login/', { identifier, password }, { ip: freshAddress(), cookie })

// One test for each class that a published advisory of a comparable system teaches.
describe('advisories: codes, recovery and lockout', () => {
  test('row 17 (CVE-2025-46815): what lies between two steps is good once', async ({ expect }) => {
    const app = startApp()
    const { account, challenge, code } = await waitingLogin(app)
    const opened = await verify(app, challenge, code)
    expect(opened.status).toBe(200)
    expect((await verify(app, challenge, code)).body.code).toBe('invalid_challenge')
    const resent = await app.post('/api/auth/resend-otp/', { challenge }, { ip: freshAddress() })
    expect(resent.body.code).toBe('invalid_challenge')

    const { password } = account
    const token = opened.body.access_token
    const started = await app.post('/api/auth/step-up/', { password }, { token })
    const finish = {
      challenge: started.body.challenge,
      method: 'email',
      code: await nextCode(account),
    }
    const renewed = await app.post('/api/auth/step-up/verify/', finish, { token })
    expect(renewed.status).toBe(200)
    const again = await app.post('/api/auth/step-up/verify/', finish, {
      token: renewed.body.access_token,
    })
    expect([again.status, again.body.code]).toEqual([401, 'invalid_challenge'])
  })

  test('row 21 (CVE-2026-9798): a locked account is locked on every path that takes its password', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    const { email, username, password } = account
    // Strangers, and the browser of the session.
    await failLogin(app, email, 5)
    await failLogin(app, email, 5, cookie)
    const change = { old_password: password, new_password: `${password} and more` }
    const answers = [
      await login(app, email, password),
      await login(app, email.toUpperCase(), password),
      await login(app, username.toUpperCase(), password),
      await login(app, email, password, cookie),
      await app.post('/api/auth/step-up/', { password }, { token }),
      await app.post('/api/auth/change-password/', change, { token }),
    ]
    // By its other name it goes on like a name that nobody has, with a right password as with a
    // wrong one.
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 401, 429, 429, 429])
    // The lock is the password's: what its owner holds besides is not the stranger's to stop.
    const owner = await keyOwner(app)
    const { key } = await madeKey(app, owner)
    const { refreshToken } = await openSession(app.deps(), owner.userId)
    await failLogin(app, owner.account.email, 5)
    expect((await login(app, owner.account.email, owner.account.password)).status).toBe(429)
    expect((await verifyKey(app, key)).status).toBe(200)
    expect((await refresh(app, refreshToken)).status).toBe(200)
    const link = await resetTokenOf(app, owner.account)
    const second = { method: 'totp', code: owner.codeNow() }
    expect((await confirmReset(app, link, { second_factor: second })).status).toBe(204)
    expect((await refresh(app, refreshToken)).status).toBe(401)
    // And the reverse: what was guessed by one path is counted on all.
    const other = await signedIn(app)
    for (let count = 0; count < 5; count++) {
      const wrong = { password: `wrong ${count}` }
      const options = { token: other.accessToken, ip: freshAddress() }
      expect((await app.post('/api/auth/step-up/', wrong, options)).status).toBe(401)
    }
    const { account: own, deviceCookie } = other
    expect((await login(app, own.email, own.password, deviceCookie)).status).toBe(429)
  })

  test('row 24 (CVE-2026-35597): failures count although what follows them fails', async ({
    expect,
  }) => {
    let isDown = false
    const faulty = broken('db', ['batch'], 'fails')
    const app = startApp((deps: Deps) => (isDown ? faulty(deps) : deps))
    const ada = await app.hasAccount()
    isDown = true
    for (let count = 0; count < 5; count++) {
      expect((await login(app, ada.email, `wrong ${count}`)).status).toBeGreaterThanOrEqual(500)
    }
    isDown = false
    expect((await login(app, ada.email, ada.password)).status).toBe(429)
  })

  test('E-014, row 34 (AA 0.44, 0.51): another case of the address buys no tries and no mails', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const upper = ada.email.toUpperCase()
    const [local = '', domain = ''] = ada.email.split('@')
    const halves = [`${local.toUpperCase()}@${domain}`, `${local}@${domain.toUpperCase()}`]
    for (const spelling of [ada.email, upper, ...halves, ada.email]) {
      expect((await failLogin(app, spelling, 1))[0]?.status).toBe(401)
    }
    expect((await failLogin(app, upper, 1))[0]?.status).toBe(429)
    for (const email of [ada.email, upper, ada.email, upper]) {
      const answer = await app.post('/api/auth/reset-password/', { email }, { ip: freshAddress() })
      expect(answer.status).toBe(202)
    }
    // That of the lock and that of the reset.
    expect(await mailsTo(ada.email)).toHaveLength(2)
    const links = (await mailsTo(ada.email)).filter(({ text }) => text.includes('/reset-password#'))
    expect(links).toHaveLength(1)
  })

  test('row 35 (AA 65.8.1): a success gives its network no requests back', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const ip = freshAddress()
    const ask = (password: string) =>
      app.post('/api/auth/login/', { identifier: ada.email, password }, { ip })
    const left = (answer: { headers: Headers }) =>
      Number(/r=(\d+)/.exec(answer.headers.get('RateLimit') ?? '')?.[1])
    const before = left(await ask('wrong 1'))
    expect(left(await ask(ada.password))).toBe(before - 1)
    expect(left(await ask('wrong 2'))).toBe(before - 2)
  })

  test('row 44 (CVE-2026-27855): a code of an app works once: in its step, across logins, in parallel', async ({
    expect,
  }) => {
    const app = startApp()
    const user = await withTotp(app)
    const challenges: string[] = []
    for (let count = 0; count < many(20); count++)
      challenges.push(await app.startLogin(user.account))
    const code = user.codeNow()
    const finish = (challenge: string) =>
      app.post('/api/auth/verify-2fa/', { challenge, method: 'totp', code }, { ip: freshAddress() })
    const sessions = async () => (await rowsOf(user.userId)).get('sessions')?.length ?? 0
    const before = await sessions()
    const answers = await Promise.all(challenges.map(finish))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await sessions()).toBe(before + 1)
    const again = await finish(await app.startLogin(user.account))
    expect([again.status, again.status === 429 || again.body.code]).not.toContain(200)
    const refusals = answers.filter(({ status }) => status === 401).map(visible)
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal.text))).size).toBe(1)
  })

  test('E-121: sign-ups from many networks mail a victim thirty times a day, resets once a minute', async ({
    expect,
  }) => {
    const mail = startMail()
    const app = startApp((deps) => ({ ...deps, mailQueue: mail.deps.mailQueue }))
    const victim = await app.hasAccount()
    const pending = app.newAccount()
    await app.post('/api/users/create/', pending, { ip: freshAddress() })
    const each = Array.from({ length: 31 }, () => freshAddress())
    for (const ip of each) {
      const { email, password } = victim
      await app.post('/api/users/create/', { email, password: `${password} x` }, { ip })
      await app.post('/api/auth/reset-password/', { email }, { ip })
      await app.post('/api/auth/verify-email/resend/', { email: pending.email }, { ip })
    }
    await mail.deliver(mail.taken())
    const subjects = (await sentTo(victim.email)).map(({ subject }) => subject)
    expect(subjects.filter((subject) => subject === 'You already have an account')).toHaveLength(30)
    expect(subjects.filter((subject) => subject === 'Set a new password')).toHaveLength(1)
    expect(subjects).toHaveLength(31)
    // The link of a sign-up is on its way for a minute.
    expect(await sentTo(pending.email)).toHaveLength(1)
  })
})
