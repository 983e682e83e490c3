import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { openSession } from '../support/accounts'
import { type Answer, freshAddress, nextCode, startApp } from '../support/app'
import {
  addTotp,
  type App,
  codeOf,
  signedIn,
  signInWithTotp,
  stepUpByApp,
  withTotp,
} from '../support/acts'
import { collectingLog, visible } from '../support/attack'
import { subjectsTo } from '../support/mailbox'
import { many } from '../support/many'

type Step = { method: string; code: string }

const finish = (app: App, challenge: string, step: Step) =>
  app.post('/api/auth/verify-2fa/', { challenge, ...step }, { ip: freshAddress() })

const totp = (code: string) => ({ method: 'totp', code })

const codeOfAnswer = ({ status, body }: Answer) => [status, body.code]
const WRONG = [401, 'invalid_code']
const ENDED = [401, 'invalid_challenge']

/** Logins of one account that wait for their second step. */
async function waitingLogins(app: App, account: Parameters<App['startLogin']>[0], count: number) {
  const challenges: string[] = []
  for (let index = 0; index < count; index++) {
    challenges.push(await app.startLogin(account, {}, { ip: freshAddress() }))
  }
  return challenges
}

const sessionsOf = async (email: string) => {
  const row = await env.DB.prepare(
    'SELECT count(*) AS count FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)',
  )
    .bind(email)
    .first<{ count: number }>()
  return row?.count
}

describe('codes of an app', () => {
  test('E-033: a code works once: not for a second login, a step-up, nor after it confirmed the app', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const ada = { account, ...(await addTotp(app, accessToken)) }
    const [first = '', second = ''] = await waitingLogins(app, account, 2)
    const confirming = totp(ada.codeNow())
    expect(codeOfAnswer(await finish(app, first, confirming))).toEqual(WRONG)
    app.advance(30)
    const code = ada.codeNow()
    const opened = await finish(app, first, totp(code))
    expect(opened.status).toBe(200)
    const replayed = await finish(app, second, totp(code))
    expect(codeOfAnswer(replayed)).toEqual(WRONG)
    const wrong = await finish(app, second, totp(code === '000000' ? '000001' : '000000'))
    expect(visible(replayed)).toEqual(visible(wrong))
    const token = opened.body.access_token
    const { password } = account
    const { challenge } = (await app.post('/api/auth/step-up/', { password }, { token })).body
    const stepUp = { challenge, ...totp(code) }
    const again = await app.post('/api/auth/step-up/verify/', stepUp, { token })
    // This very session has used it, and hears so.
    expect(codeOfAnswer(again)).toEqual([401, 'code_used'])
  })

  test('E-034: only the present and the previous step pass, and never an older one than the last', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    app.advance(60)
    // From the beginning of a step, or the next one could begin between two codes.
    app.advance(30 - ((app.now().getTime() / 1000) % 30))
    const challenges = await waitingLogins(app, ada.account, 4)
    const [first = '', second = '', third = '', fourth = ''] = challenges
    for (const steps of [-2, 1, 2]) {
      const refused = await finish(app, first, totp(ada.codeNow(steps)))
      expect([steps, ...codeOfAnswer(refused)]).toEqual([steps, ...WRONG])
    }
    expect((await finish(app, first, totp(ada.codeNow(-1)))).status).toBe(200)
    expect((await finish(app, second, totp(ada.codeNow()))).status).toBe(200)
    expect(codeOfAnswer(await finish(app, third, totp(ada.codeNow(-1))))).toEqual(WRONG)
    app.advance(30)
    // What was the present step is the previous one now, and used.
    expect(codeOfAnswer(await finish(app, third, totp(ada.codeNow(-1))))).toEqual(WRONG)
    expect((await finish(app, fourth, totp(ada.codeNow()))).status).toBe(200)
  })

  test('a sealed seed that is moved to another row opens nothing', async ({ expect }) => {
    const app = startApp()
    const eve = await withTotp(app)
    const ada = await withTotp(app)
    await env.DB.prepare(
      `UPDATE totp_authenticators SET sealed_seed =
         (SELECT sealed_seed FROM totp_authenticators WHERE id = ?) WHERE id = ?`,
    )
      .bind(eve.id, ada.id)
      .run()
    const challenge = await app.startLogin(ada.account)
    const logged = await collectingLog(async () => {
      for (const { seed } of [eve, ada]) {
        const code = codeOf(seed, app.now())
        expect(codeOfAnswer(await finish(app, challenge, totp(code)))).toEqual(WRONG)
      }
    })
    expect(logged).toContain('totp_seed_unreadable')
    expect(logged).not.toContain(eve.seed)
  })
})

describe('backup codes', () => {
  test('E-035: parallel uses of one over as many logins open one session', async ({ expect }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const [code = ''] = ada.backupCodes
    const challenges = await waitingLogins(app, ada.account, many(50))
    const before = (await sessionsOf(ada.account.email)) ?? 0
    const answers = await Promise.all(
      challenges.map((challenge) => finish(app, challenge, { method: 'backup_code', code })),
    )
    const opened = answers.filter(({ status }) => status === 200)
    expect(opened.map(({ body }) => body['backup_codes_left'])).toEqual([9])
    expect(await sessionsOf(ada.account.email)).toBe(before + 1)
    app.advance(3600)
    const late = await app.startLogin(ada.account)
    expect(codeOfAnswer(await finish(app, late, { method: 'backup_code', code }))).toEqual(WRONG)
  })

  test('of another account, or with a character changed, are wrong', async ({ expect }) => {
    const app = startApp()
    const eve = await withTotp(app)
    const ada = await withTotp(app)
    const challenge = await app.startLogin(ada.account)
    const [own = ''] = ada.backupCodes
    const changed = (own.startsWith('0') ? '2' : '0') + own.slice(1)
    for (const code of [eve.backupCodes[0] ?? '', changed]) {
      const answer = await finish(app, challenge, { method: 'backup_code', code })
      expect(codeOfAnswer(answer)).toEqual(WRONG)
    }
  })
})

describe('which factors count', () => {
  test('E-041: once an app is on, no mailed code does: not asked for, not sent again, not from before', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const early = await app.startLogin(account)
    const mailed = { method: 'email', code: await nextCode(account) }
    const untried = await app.startLogin(account)
    await nextCode(account)
    const ada = { account, ...(await addTotp(app, accessToken)) }
    const before = await subjectsTo(account.email)
    expect(codeOfAnswer(await finish(app, early, mailed))).toEqual(ENDED)
    app.advance(61)
    const { email: identifier, password } = account
    const login = await app.post('/api/auth/login/', { identifier, password })
    expect(login.body).toMatchObject({ methods: ['totp', 'backup_code'], default_method: 'totp' })
    const challenge = login.body.challenge ?? ''
    for (const code of [mailed.code, '000000']) {
      expect(codeOfAnswer(await finish(app, challenge, { method: 'email', code }))).toEqual(ENDED)
    }
    for (const sent of [early, untried, challenge]) {
      const again = await app.post('/api/auth/resend-otp/', { challenge: sent })
      expect(codeOfAnswer(again)).toEqual(ENDED)
    }
    const { accessToken: token } = await signInWithTotp(app, ada)
    const stepUp = (await app.post('/api/auth/step-up/', { password }, { token })).body.challenge
    const byMail = { challenge: stepUp, ...mailed }
    expect(codeOfAnswer(await app.post('/api/auth/step-up/verify/', byMail, { token }))).toEqual(
      ENDED,
    )
    expect(await subjectsTo(account.email)).toEqual([...before, 'New sign-in to your account'])
  })

  test('E-041: what was begun while there was an app ends with it, and the next login knows', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const begun = await app.startLogin(ada.account)
    const token = await stepUpByApp(app, ada, ada.accessToken)
    await app.post('/api/users/enable-2fa/disable/', {}, { token })
    expect(codeOfAnswer(await finish(app, begun, totp(ada.codeNow())))).toEqual(WRONG)
    const [code = ''] = ada.backupCodes
    const byBackup = await finish(app, begun, { method: 'backup_code', code })
    expect(codeOfAnswer(byBackup)).toEqual(WRONG)
    expect((await app.signIn(ada.account)).opened.status).toBe(200)
  })

  test('E-042: only the session that began may confirm, and an app in use stays what it is', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, accessToken } = await signedIn(app)
    const other = await openSession(app.deps(), userId)
    const begin = (token: string) => app.post('/api/users/enable-2fa/', {}, { token })
    const confirm = (token: string, { id, secret }: Answer['body']) =>
      app.post(
        '/api/users/enable-2fa/confirm/',
        { id, code: codeOf(secret, app.now()) },
        { token, ip: freshAddress() },
      )
    const replaced = (await begin(accessToken)).body
    const begun = (await begin(accessToken)).body
    const foreign = await confirm(other.accessToken, begun)
    expect(foreign.status).toBe(404)
    const unknown = { ...begun, id: `aut_${'a'.repeat(22)}` }
    expect(visible(foreign)).toEqual(visible(await confirm(other.accessToken, unknown)))
    expect((await confirm(accessToken, replaced)).status).toBe(404)
    const race = await Promise.all(
      Array.from({ length: many(50) }, () => confirm(accessToken, begun)),
    )
    expect(race.filter(({ status }) => status === 200)).toHaveLength(1)

    const seed = String(begun['secret'])
    const ada = { account, codeNow: (steps = 0) => codeOf(seed, app.now(), steps) }
    app.advance(3600)
    const { accessToken: token } = await signInWithTotp(app, ada)
    const second = (await begin(token)).body
    const challenge = await app.startLogin(account)
    const unconfirmed = totp(codeOf(second['secret'], app.now()))
    expect(codeOfAnswer(await finish(app, challenge, unconfirmed))).toEqual(WRONG)
    expect((await finish(app, challenge, totp(ada.codeNow()))).status).toBe(200)
  })
})
