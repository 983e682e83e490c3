import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import {
  addTotp,
  type App,
  codeOf,
  me,
  refresh,
  signedIn,
  signInWithTotp,
  withTotp,
  wrongCodes,
} from '../../support/acts'
import { stepUpAnew } from '../../support/addresses'
import { freshAddress, nextCode, startApp } from '../../support/app'
import { beforeBatch, broken } from '../../support/attack'
import { mailsNamed, mailsTo } from '../../support/mailbox'
import { eventsOf } from '../../support/rows-of'

const begin = (app: App, token: string, json: unknown = {}) =>
  app.post('/api/users/enable-2fa/', json, { token, ip: freshAddress() })
const confirm = (app: App, token: string, json: unknown) =>
  app.post('/api/users/enable-2fa/confirm/', json, { token, ip: freshAddress() })
const disable = (app: App, token: string, json: unknown) =>
  app.post('/api/users/enable-2fa/disable/', json, { token, ip: freshAddress() })
const list = (app: App, token: string) => app.send('GET', '/api/users/authenticators/', { token })

describe('setting up an authenticator app', () => {
  test('shows the seed once, as text, URI and QR code, and changes nothing yet', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const { status, body } = await begin(app, accessToken, { name: 'Phone' })
    expect(status).toBe(200)
    const secret = String(body['secret'])
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(String(body['otpauth_uri']))
    expect([uri.searchParams.get('secret'), uri.searchParams.get('issuer')]).toEqual([
      secret,
      'Phantom',
    ])
    expect(decodeURIComponent(uri.pathname)).toBe(`/Phantom:${account.email}`)
    const svg = String(body['qr_svg'])
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="[\d ]+">/)
    expect(svg).toContain('<rect fill="#fff"')
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/script|href|http|url|on\w+=/)
    const { results } = await env.DB.prepare(
      'SELECT sealed_seed FROM totp_authenticators WHERE id = ?',
    )
      .bind(body['id'])
      .run<{ sealed_seed: string }>()
    expect(results).toHaveLength(1)
    expect(JSON.stringify(results)).not.toContain(secret)
    expect((await list(app, accessToken)).body).toEqual({
      authenticators: [],
      backup_codes_left: 0,
    })
    const login = await app.post('/api/auth/login/', {
      identifier: account.email,
      password: account.password,
    })
    expect(login.body).toMatchObject({ methods: ['email'], default_method: 'email' })
  })

  test('ends with a code: aal2 from the next login on, other sessions over, ten backup codes, a mail', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const other = await app.signIn(account)
    const { id, codeNow, backupCodes } = await addTotp(app, accessToken, 'Ada’s phone')
    expect(backupCodes).toHaveLength(10)
    expect((await me(app, { token: other.accessToken })).status).toBe(401)
    expect((await refresh(app, other.refreshToken)).status).toBe(401)
    const [mail] = await mailsNamed(account.email, 'An authenticator app was added')
    expect(mail?.text).toContain('Ada’s phone')
    expect((await list(app, accessToken)).body).toMatchObject({
      authenticators: [{ id, name: 'Ada’s phone', created_at: expect.any(String) }],
      backup_codes_left: 10,
    })
    expect((await eventsOf(account.email)).map(({ event }) => event).slice(-5)).toEqual([
      'authn_login_success',
      'authn_totp_setup',
      'authn_backup_codes_created',
      'authn_totp_added',
      'sessions_ended',
    ])
    // The session that did it was opened by a mailed code, and says so.
    const before = (await me(app, { token: accessToken })).body['session']
    expect(before).toMatchObject({ acr: 'aal1', amr: ['pwd', 'mca'] })
    app.advance(30)
    const { accessToken: after } = await signInWithTotp(app, { account, codeNow })
    const claims = JSON.parse(
      Buffer.from(after.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>
    for (const claimed of [claims, (await me(app, { token: after })).body['session']]) {
      expect(claimed).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    }
  })

  test('needs a step-up that was not used up, and uses one up', async ({ expect }) => {
    const app = startApp()
    const ada = await withTotp(app)
    for (const answer of [
      await begin(app, ada.accessToken),
      await confirm(app, ada.accessToken, { id: ada.id, code: ada.codeNow() }),
      await disable(app, ada.accessToken, {}),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([401, 'insufficient_user_authentication'])
    }
  })

  test('a wrong code counts, mails nobody, and the fifth ends the setup', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const { id, secret } = (await begin(app, accessToken)).body
    const right = codeOf(secret, app.now())
    for (const code of wrongCodes(right, 5)) {
      expect((await confirm(app, accessToken, { id, code })).body.code).toBe('invalid_code')
    }
    expect((await confirm(app, accessToken, { id, code: right })).body.code).toBe(
      'invalid_challenge',
    )
    expect(await mailsTo(account.email)).toEqual([])
    const events = (await eventsOf(account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_code_fail')).toHaveLength(4)
    expect(events.filter((event) => event === 'authn_code_fail_max')).toHaveLength(1)
    expect((await addTotp(app, accessToken)).backupCodes).toHaveLength(10)
  })

  test('outlives a fault of the database: the next code confirms it', async ({ expect }) => {
    let isDown = false
    const app = startApp((deps) => (isDown ? broken('db', ['batch'], 'fails')(deps) : deps))
    const { account, accessToken } = await signedIn(app)
    const { id, secret } = (await begin(app, accessToken)).body
    const tryNow = () => confirm(app, accessToken, { id, code: codeOf(secret, app.now()) })
    isDown = true
    expect((await tryNow()).status).toBe(500)
    isDown = false
    expect((await list(app, accessToken)).body['authenticators']).toEqual([])
    app.advance(30)
    expect((await tryNow()).status).toBe(200)
    await mailsNamed(account.email, 'An authenticator app was added')
  })

  test('is nothing once another has replaced it, or an act has used the step-up up', async ({
    expect,
  }) => {
    const app = startApp()
    const { accessToken: token, sessionId } = await signedIn(app)
    const usedUp = 'UPDATE sessions SET stepped_up_at = NULL WHERE id = ?'
    const useUp = () => env.DB.prepare(usedUp).bind(sessionId).run()
    for (const [meanwhile, status, reason] of [
      [() => begin(app, token), 404, 'not_found'],
      [useUp, 401, 'insufficient_user_authentication'],
    ] as const) {
      const late = startApp((deps) => ({ ...beforeBatch(meanwhile)(deps), now: app.now }))
      await stepUpAnew(app, sessionId)
      const { id, secret } = (await begin(app, token)).body
      const refused = await confirm(late, token, { id, code: codeOf(secret, app.now()) })
      expect([refused.status, refused.body.code]).toEqual([status, reason])
      expect((await list(app, token)).body).toEqual({ authenticators: [], backup_codes_left: 0 })
    }
  })

  test('waits ten minutes for its code and no longer', async ({ expect }) => {
    let clock = Date.now()
    const app = startApp((deps) => ({ ...deps, now: () => new Date(clock) }))
    const { account, sessionCookie: first } = await signedIn(app, 'cookie')
    const post = (path: string, json: unknown, cookie = first) =>
      app.post(path, json, { cookie, headers: { 'Sec-Fetch-Site': 'same-origin' } })
    const start = clock
    const { id, secret } = (await post('/api/users/enable-2fa/', {})).body
    clock = start + 300_000
    const { password } = account
    const { challenge } = (await post('/api/auth/step-up/', { password })).body
    const code = await nextCode(account)
    const stepped = await post('/api/auth/step-up/verify/', { challenge, method: 'email', code })
    const cookie = stepped.headers.getSetCookie()[0]?.split(';')[0]
    const finish = async (at: number) => {
      clock = start + at
      const confirmation = { id, code: codeOf(secret, new Date(clock)) }
      return (await post('/api/users/enable-2fa/confirm/', confirmation, cookie)).status
    }
    expect([await finish(600_000), await finish(599_999)]).toEqual([404, 200])
  })

  test('refuses a name that is blank, too long, two lines or not what it looks like', async ({
    expect,
  }) => {
    const app = startApp()
    const { accessToken } = await signedIn(app)
    const names = [
      '',
      '   ',
      'a'.repeat(61),
      'Phone\nBcc: x@example.com',
      'a\u202Eb',
      'a\u200Bb',
      7,
    ]
    for (const name of names) {
      const { status, body } = await begin(app, accessToken, { name })
      expect([name, status, body['errors']]).toEqual([
        name,
        400,
        [expect.objectContaining({ pointer: '#/name' })],
      ])
    }
    expect((await begin(app, accessToken, { name: 'a'.repeat(60) })).status).toBe(200)
    expect((await begin(app, accessToken, { name: '<b>"Ada"</b> & co' })).status).toBe(200)
  })
})
