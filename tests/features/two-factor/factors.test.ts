import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import {
  addTotp,
  type App,
  me,
  SAME_ORIGIN,
  signInWithTotp,
  stepUp,
  stepUpByApp,
  withTotp,
} from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { visible } from '../../support/attack'
import { mailsNamed } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'
import { withoutLimits } from '../../support/test-deps'

const begin = (app: App, token: string, json: unknown = {}) =>
  app.post('/api/users/enable-2fa/', json, { token, ip: freshAddress() })
const confirm = (app: App, token: string, json: unknown) =>
  app.post('/api/users/enable-2fa/confirm/', json, { token, ip: freshAddress() })
const disable = (app: App, token: string, json: unknown) =>
  app.post('/api/users/enable-2fa/disable/', json, { token, ip: freshAddress() })
const list = (app: App, token: string) => app.send('GET', '/api/users/authenticators/', { token })
const getCodes = (app: App, token: string) =>
  app.send('GET', '/api/users/backup-codes/', { token, ip: freshAddress() })
const codesOf = (answer: { body: Record<string, unknown> }) =>
  answer.body['backup_codes'] as string[]

/** Uses backup codes up in the database, until so many are left. */
const leaveCodes = (email: string, left: number) =>
  env.DB.prepare(
    `UPDATE backup_codes SET used_by = 'test', used_at = 0 WHERE code_hash NOT IN (
       SELECT code_hash FROM backup_codes WHERE user_id = (SELECT id FROM users WHERE email = ?1)
       AND used_by IS NULL LIMIT ?2)
     AND user_id = (SELECT id FROM users WHERE email = ?1) AND used_by IS NULL`,
  )
    .bind(email, left)
    .run()

describe('several authenticator apps', () => {
  test('are five at most, and each of them works', async ({ expect }) => {
    const app = startApp()
    const ada = await withTotp(app)
    let { accessToken } = ada
    const apps = [ada]
    for (let count = 2; count <= 5; count++) {
      accessToken = await stepUpByApp(app, ada, accessToken)
      const added = await addTotp(app, accessToken, `App ${count}`)
      expect(added.backupCodes).toEqual([])
      apps.push({ ...ada, ...added })
      app.advance(30)
    }
    accessToken = await stepUpByApp(app, ada, accessToken)
    const sixth = await begin(app, accessToken)
    expect([sixth.status, sixth.body.code]).toEqual([409, 'too_many_authenticators'])
    const { authenticators } = (await list(app, accessToken)).body
    expect(authenticators).toEqual(apps.map(({ id }) => expect.objectContaining({ id })))
    for (const one of apps) await signInWithTotp(app, one)
    expect((await disable(app, accessToken, { id: apps[2]?.id })).status).toBe(204)
    accessToken = await stepUpByApp(app, ada, accessToken)
    expect((await begin(app, accessToken)).status).toBe(200)
  })

  test('go one by one; with the last the backup codes go, and the mailed code is back', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const added = await addTotp(app, await stepUpByApp(app, ada, ada.accessToken), 'Tablet')
    app.advance(30)
    const other = await signInWithTotp(app, { ...ada, ...added })
    const { accessToken } = await signInWithTotp(app, ada)
    expect((await disable(app, accessToken, { id: added.id })).status).toBe(204)
    expect((await me(app, { token: other.accessToken })).status).toBe(401)
    expect((await list(app, accessToken)).body).toMatchObject({
      authenticators: [{ id: ada.id }],
      backup_codes_left: 10,
    })
    const challenge = await app.startLogin(ada.account)
    const removed = { challenge, method: 'totp', code: added.codeNow() }
    expect((await app.post('/api/auth/verify-2fa/', removed)).body.code).toBe('invalid_code')

    const stepped = await stepUpByApp(app, ada, accessToken)
    expect((await disable(app, stepped, {})).status).toBe(204)
    expect((await list(app, stepped)).body).toEqual({ authenticators: [], backup_codes_left: 0 })
    const { opened } = await app.signIn(ada.account)
    expect(opened.status).toBe(200)
    expect(await mailsNamed(ada.account.email, 'An authenticator app was removed', 2)).toHaveLength(
      2,
    )
    const events = (await eventsOf(ada.account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_totp_removed')).toHaveLength(2)
  })

  test('of others, unknown ones and unconfirmed ones are not there; the step-up is kept', async ({
    expect,
  }) => {
    const app = startApp()
    const eve = await withTotp(app)
    const ada = await withTotp(app)
    const accessToken = await stepUpByApp(app, ada, ada.accessToken)
    const pending = (await begin(app, accessToken)).body['id']
    const unknown = `aut_${'a'.repeat(22)}`
    const ids = [unknown, eve.id, pending]
    const refused = await Promise.all(ids.map((id) => disable(app, accessToken, { id })))
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(new Set(refused.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1)
    const confirmations = [unknown, eve.id, ada.id].map((id) =>
      confirm(app, accessToken, { id, code: eve.codeNow() }),
    )
    const same = await Promise.all(confirmations)
    expect(same.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(new Set(same.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1)
    expect((await disable(app, accessToken, { id: ada.id })).status).toBe(204)
  })
})

describe('backup codes', () => {
  test('are made anew by one step-up each: the old ones and other sessions are over, a mail says so', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const other = await signInWithTotp(app, ada)
    const token = await stepUpByApp(app, ada, ada.accessToken)
    const made = await getCodes(app, token)
    expect([made.status, new Set(codesOf(made)).size]).toEqual([200, 10])
    expect(codesOf(made).some((code) => ada.backupCodes.includes(code))).toBe(false)
    expect((await me(app, { token: other.accessToken })).status).toBe(401)
    expect((await me(app, { token })).status).toBe(200)
    const again = await getCodes(app, token)
    expect([again.status, again.body.code]).toEqual([401, 'insufficient_user_authentication'])
    const [mail] = await mailsNamed(ada.account.email, 'New backup codes were made')
    expect(mail?.text).toContain('10')
    const [old = ''] = ada.backupCodes
    const challenge = await app.startLogin(ada.account)
    const finish = (code: string) =>
      app.post('/api/auth/verify-2fa/', { challenge, method: 'backup_code', code })
    expect((await finish(old)).body.code).toBe('invalid_code')
    const opened = await finish((codesOf(made)[0] ?? '').toLowerCase().replaceAll('-', ' '))
    expect([opened.status, opened.body['backup_codes_left']]).toEqual([200, 9])
    expect((await eventsOf(ada.account.email)).map(({ event }) => event)).toContain(
      'authn_backup_codes_created',
    )
  })

  test('by GET take a bearer token, never a cookie; by POST take both', async ({ expect }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const { sessionCookie: cookie } = await signInWithTotp(app, ada, { transport: 'cookie' })
    const byCookie = await app.send('GET', '/api/users/backup-codes/', { cookie, ...SAME_ORIGIN })
    expect([byCookie.status, byCookie.body.code]).toEqual([401, 'unauthorized'])
    const path = '/api/users/backup-codes/'
    expect((await app.post(path, {}, { cookie })).status).toBe(403)
    expect((await app.post(path, { count: 5 }, { cookie, ...SAME_ORIGIN })).status).toBe(400)
    const posted = await app.post(path, {}, { cookie, ...SAME_ORIGIN })
    expect([posted.status, codesOf(posted).length]).toEqual([200, 10])
    expect((await app.post(path, {}, { cookie, ...SAME_ORIGIN })).body.code).toBe(
      'insufficient_user_authentication',
    )
  })

  test('many calls at once with one step-up make one set', async ({ expect }) => {
    const app = startApp(withoutLimits)
    const { accessToken } = await signInWithTotp(app, await withTotp(app))
    const answers = await Promise.all(
      Array.from({ length: many(50) }, (_, index) =>
        index % 2
          ? getCodes(app, accessToken)
          : app.post('/api/users/backup-codes/', {}, { token: accessToken, ip: freshAddress() }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status !== 200).map(({ body }) => body.code)
    expect(new Set(refused)).toEqual(new Set(['insufficient_user_authentication']))
    expect((await list(app, accessToken)).body['backup_codes_left']).toBe(10)
  })

  test('say how many are left: after each use, and at every login once there are two', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const byApp = async () => (await signInWithTotp(app, ada)).opened.body['backup_codes_left']
    await leaveCodes(ada.account.email, 3)
    expect(await byApp()).toBeUndefined()
    await leaveCodes(ada.account.email, 2)
    expect(await byApp()).toBe(2)
    await leaveCodes(ada.account.email, 0)
    expect(await byApp()).toBe(0)
    const login = await app.post('/api/auth/login/', {
      identifier: ada.account.email,
      password: ada.account.password,
    })
    expect(login.body['methods']).toEqual(['totp'])
  })

  test('open a session of aal2, and mail the owner that one was used and how many are left', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const [code = '', second = ''] = ada.backupCodes
    const opened = await signInWithTotp(app, ada, { method: 'backup_code', code })
    expect(opened.opened.body['backup_codes_left']).toBe(9)
    const { session } = (await me(app, { token: opened.accessToken })).body
    expect(session).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    await stepUp(app, ada.account, opened.accessToken, { method: 'backup_code', code: second })
    const mails = await mailsNamed(ada.account.email, 'A backup code was used', 2)
    expect(new Set(mails.map(({ text }) => /\b[89]\b/.exec(text)?.[0]))).toEqual(
      new Set(['8', '9']),
    )
  })
})
