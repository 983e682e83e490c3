import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { me, signedIn, signInWithTotp, withOldTotp } from '../support/acts'
import { freshAddress, sessionIn, startApp } from '../support/app'
import { broken, failLogin } from '../support/attack'
import { noQueue, sendWaiting } from '../support/mail-faults'
import { linkIn, mailsNamed, mailsTo, nextMail } from '../support/mailbox'
import { many } from '../support/many'
import {
  askReset,
  checkToken,
  confirmReset,
  NEW_PASSWORD,
  nextResetToken,
  resetTokenOf,
  tryLogin,
} from '../support/recovery'
import { eventsOf, userIdOf } from '../support/rows-of'

const HALF_AN_HOUR = 1800

describe('asking for a reset', () => {
  test('mails a link to the stored address and changes nothing else', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    await failLogin(app, account.email, 5)
    expect((await askReset(app, account.email)).body).toEqual({ status: 'reset_sent' })
    await nextMail(account.email)
    const mail = await nextMail(account.email)
    expect(linkIn(mail)).toMatch(/^https:\/\/auth\.phantom\.test\/reset-password#token=[\w-]{43}$/)
    expect(mail.text).toContain('60 minutes')
    expect((await me(app, { token: accessToken })).status).toBe(200)
    expect((await tryLogin(app, account, account.password)).status).toBe(429)
    app.advance(HALF_AN_HOUR)
    expect((await tryLogin(app, account, account.password)).status).toBe(200)
  })

  test('again within a minute, or a sixth time in an hour from one network, leaves the last link good', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const ip = freshAddress()
    let token = await resetTokenOf(app, ada, ip)
    app.advance(58)
    await askReset(app, ada.email, ip)
    expect((await checkToken(app, token)).status).toBe(200)
    for (let count = 2; count <= 5; count++) {
      app.advance(61)
      token = await resetTokenOf(app, ada, ip)
    }
    app.advance(61)
    await askReset(app, ada.email, ip)
    expect((await checkToken(app, token)).status).toBe(200)
    expect(await mailsTo(ada.email)).toHaveLength(5)
    const events = (await eventsOf(ada.email)).filter(({ event }) => event.includes('requested'))
    const granted = events.map(({ data }) => data?.includes('"limited":false'))
    expect(granted).toEqual([true, false, true, true, true, true, false])
  })

  test('many times at once sends one link, and it is good', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await Promise.all(Array.from({ length: many(50) }, () => askReset(app, ada.email)))
    const token = await nextResetToken(ada)
    expect(await mailsTo(ada.email)).toHaveLength(1)
    expect((await checkToken(app, token)).status).toBe(200)
  })
})

describe('a reset', () => {
  test('tells the page what it needs, as often as it asks', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const token = await resetTokenOf(app, ada)
    for (let count = 0; count < 3; count++) {
      expect((await checkToken(app, token)).body).toEqual({
        email: ada.email,
        second_factor_required: false,
        methods: [],
      })
    }
    expect((await confirmReset(app, token)).status).toBe(204)
  })

  test("keeps the link when the new password is refused, for the owner's names too", async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = { legal_name: 'Wunderkerzen Manufaktur' }
    const ada = await app.signUp({ role: 'merchant', merchant })
    const token = await resetTokenOf(app, ada)
    const refusals = { short: 'too_short', 'wunderkerzen manufaktur': 'contextual' }
    for (const [password, code] of Object.entries(refusals)) {
      const { body } = await confirmReset(app, token, { password })
      expect(body).toMatchObject({ code: 'password_rejected' })
      expect(body['errors']).toContainEqual(
        expect.objectContaining({ pointer: '#/password', code }),
      )
    }
    expect((await confirmReset(app, token)).status).toBe(204)
  })

  test('works while the account is locked, ends the lock, and earns a device cookie', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await failLogin(app, ada.email, 5)
    await failLogin(app, ada.username, 1)
    const done = await confirmReset(app, await resetTokenOf(app, ada))
    expect(done.status).toBe(204)
    for (const identifier of [ada.email, ada.username]) {
      const started = await app.post('/api/auth/login/', { identifier, password: NEW_PASSWORD })
      expect([identifier, started.status]).toEqual([identifier, 200])
    }
    await failLogin(app, ada.email, 5)
    expect((await tryLogin(app, ada, NEW_PASSWORD)).status).toBe(429)
    const [cookie = ''] = done.headers.getSetCookie().map((text) => text.split(';')[0])
    const login = { identifier: ada.email, password: NEW_PASSWORD }
    expect((await app.post('/api/auth/login/', login, { cookie })).status).toBe(200)
  })

  test('asks an account with an app for its code, and counts nothing before it has one', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    const token = await resetTokenOf(app, ada.account)
    expect((await checkToken(app, token)).body).toMatchObject({
      second_factor_required: true,
      methods: ['totp', 'backup_code'],
    })
    for (let count = 0; count < 6; count++) {
      expect((await confirmReset(app, token)).body.code).toBe('second_factor_required')
    }
    const mailed = { second_factor: { method: 'email', code: '123456' } }
    expect((await confirmReset(app, token, mailed)).body.code).toBe('invalid_request')
    const code = ada.codeNow()
    await signInWithTotp(app, ada, { code })
    app.advance(61)
    const next = await resetTokenOf(app, ada.account)
    const used = { second_factor: { method: 'totp', code } }
    expect((await confirmReset(app, next, used)).body.code).toBe('invalid_code')
    const fresh = { second_factor: { method: 'totp', code: ada.codeNow() } }
    expect((await confirmReset(app, next, fresh)).status).toBe(204)
  })

  test('takes a backup code once, even if it is sent many times at once', async ({ expect }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    const token = await resetTokenOf(app, ada.account)
    const byBackup = { second_factor: { method: 'backup_code', code: ada.backupCodes[0] } }
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => confirmReset(app, token, byBackup)),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    const spent = await env.DB.prepare(
      'SELECT count(*) AS n FROM backup_codes WHERE user_id = ? AND used_by IS NOT NULL',
    )
      .bind(await userIdOf(ada.account))
      .first('n')
    expect(spent).toBe(1)
    const account = { ...ada.account, password: NEW_PASSWORD }
    await signInWithTotp(app, { ...ada, account })
    await mailsNamed(ada.account.email, 'A backup code was used')
  })
})

test('a reset lets codes be mailed again, to any browser of its owner', async ({ expect }) => {
  const app = startApp()
  const ada = await app.hasAccount()
  for (let count = 0; count < 10; count++) await app.startLogin(ada, {}, { ip: freshAddress() })
  expect((await tryLogin(app, ada, ada.password)).status).toBe(429)
  await confirmReset(app, await resetTokenOf(app, ada))
  expect((await tryLogin(app, ada, NEW_PASSWORD)).status).toBe(200)
})

describe('a reset that meets a fault', () => {
  test('of the guard is done even so, and the guard follows at the next login', async ({
    expect,
  }) => {
    let faults: ((deps: Deps) => Deps) | undefined
    const app = startApp((deps) => (faults ? faults(deps) : deps))
    const ada = await app.hasAccount()
    const token = await resetTokenOf(app, ada)
    await failLogin(app, ada.email, 5)
    // No namespace at all: any use of it fails.
    faults = (deps) => ({ ...deps, accountGuards: {} as never })
    const done = await confirmReset(app, token)
    expect(done.status).toBe(204)
    const { deviceCookie: cookie } = sessionIn(done)
    expect((await tryLogin(app, ada, NEW_PASSWORD)).status).not.toBe(200)
    faults = undefined
    // The browser of the link is known and clear of the lock, and the account of its failures.
    const { username: identifier } = ada
    const login = (options: object) =>
      app.post(
        '/api/auth/login/',
        { identifier, password: NEW_PASSWORD },
        { ip: freshAddress(), ...options },
      )
    expect((await login({ cookie })).status).toBe(200)
    expect((await login({})).status).toBe(200)
    // Told again at each login, it clears nothing that has failed since.
    await failLogin(app, ada.username, 5)
    expect((await login({})).status).toBe(429)
    expect((await login({ cookie })).status).toBe(200)
  })

  test('of the queue delays a mail, one of KV nothing', async ({ expect }) => {
    let faults: ((deps: Deps) => Deps) | undefined
    const app = startApp((deps) => (faults ? faults(deps) : deps))
    const ada = await app.hasAccount()
    const token = await resetTokenOf(app, ada)
    faults = (deps) => noQueue()(broken('kv', ['delete'], 'fails')(deps))
    expect((await confirmReset(app, token)).status).toBe(204)
    faults = undefined
    await sendWaiting()
    await mailsNamed(ada.email, 'Your password was changed')
    expect((await tryLogin(app, ada, NEW_PASSWORD)).status).toBe(200)
  })

  test('after a right code has not spent the link, and a backup code works again', async ({
    expect,
  }) => {
    let faults: ((deps: Deps) => Deps) | undefined
    const app = startApp((deps) => (faults ? faults(deps) : deps))
    const ada = await withOldTotp(app)
    const token = await resetTokenOf(app, ada.account)
    const byApp = { second_factor: { method: 'totp', code: ada.codeNow() } }
    const byBackup = { second_factor: { method: 'backup_code', code: ada.backupCodes[0] } }
    const lost = () => Promise.reject(new Error('D1_ERROR: Network connection lost.'))
    faults = (deps) => ({
      ...deps,
      db: Object.assign(Object.create(deps.db) as Deps['db'], { batch: lost }),
    })
    for (const factor of [byApp, byBackup]) {
      expect((await confirmReset(app, token, factor)).status).toBe(503)
    }
    faults = undefined
    expect((await confirmReset(app, token, byBackup)).status).toBe(204)
  })
})
