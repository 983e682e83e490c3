import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { signAccessToken } from '../../src/platform/crypto/jwt'
import { settings } from '../../src/platform/settings'
import { me, refresh, SAME_ORIGIN, signedIn } from '../support/acts'
import { type Account, startApp } from '../support/app'
import { many } from '../support/many'

const set = (account: Account, change: string) =>
  env.DB.prepare(`UPDATE users SET ${change} WHERE email = ?`).bind(account.email).run()

describe('sessions', () => {
  test('E-069: a role from before a change, an edited role and a foreign session are refused', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await signedIn(app)
    const bob = await signedIn(app)
    const [, payload = ''] = ada.accessToken.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      unknown
    >
    const edited = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url')
    expect((await me(app, { token: ada.accessToken.replace(payload, edited) })).status).toBe(401)
    const { SIGNING_KEYS } = settings(env)
    const sign = (change: object) =>
      signAccessToken(SIGNING_KEYS, { ...claims, ...change } as Parameters<
        typeof signAccessToken
      >[1])
    expect((await me(app, { token: await sign({}) })).status).toBe(200)
    expect((await me(app, { token: await sign({ sid: bob.sessionId }) })).status).toBe(401)
    await set(ada.account, "role = 'merchant'")
    expect((await me(app, { token: ada.accessToken })).status).toBe(401)
  })

  test('E-072: each kind of token is refused where another is asked for', async ({ expect }) => {
    const app = startApp()
    const bearer = await signedIn(app)
    const browser = await signedIn(app, 'cookie')
    const cookie = browser.sessionCookie?.split('=')[1] ?? ''
    const device = bearer.deviceCookie?.split('=')[1] ?? ''
    for (const token of [bearer.refreshToken, cookie, device]) {
      expect((await me(app, { token })).status).toBe(401)
    }
    for (const token of [bearer.accessToken, cookie, device]) {
      expect((await refresh(app, token)).status).toBe(401)
    }
    for (const value of [bearer.accessToken, bearer.refreshToken, device]) {
      expect((await me(app, { cookie: `__Host-phantom_session=${value}` })).status).toBe(401)
    }
    expect((await me(app, { token: bearer.accessToken })).status).toBe(200)
    expect((await me(app, { cookie: browser.sessionCookie })).status).toBe(200)
  })

  test('E-073: a session cookie that was planted before the login is not adopted', async ({
    expect,
  }) => {
    const app = startApp()
    const planted = `__Host-phantom_session=ses_${'A'.repeat(22)}.${'A'.repeat(43)}.${'A'.repeat(43)}`
    const ada = await app.hasAccount()
    const { sessionCookie, opened } = await app.signIn(
      ada,
      { transport: 'cookie' },
      { ...SAME_ORIGIN, cookie: planted },
    )
    expect(opened.status).toBe(200)
    expect(sessionCookie).not.toBe(planted)
    expect((await me(app, { cookie: planted })).status).toBe(401)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(200)
  })

  test('E-074: logout and disabling hold from the next request on', async ({ expect }) => {
    const app = startApp()
    const bearer = await signedIn(app)
    expect((await app.post('/api/auth/logout/', {}, { token: bearer.accessToken })).status).toBe(
      204,
    )
    expect((await me(app, { token: bearer.accessToken })).status).toBe(401)
    expect((await refresh(app, bearer.refreshToken)).status).toBe(401)

    const browser = await signedIn(app, 'cookie')
    const out = await app.post(
      '/api/auth/logout/',
      {},
      { cookie: browser.sessionCookie, ...SAME_ORIGIN },
    )
    expect(out.status).toBe(204)
    expect(out.headers.get('Clear-Site-Data')).toBe('"cache", "storage"')
    expect(out.headers.getSetCookie().join()).toContain('Max-Age=0')
    expect((await me(app, { cookie: browser.sessionCookie })).status).toBe(401)

    for (const transport of ['bearer', 'cookie'] as const) {
      const open = await signedIn(app, transport)
      await set(open.account, "status = 'disabled'")
      const credentials =
        transport === 'bearer' ? { token: open.accessToken } : { cookie: open.sessionCookie }
      expect((await me(app, credentials)).status).toBe(401)
    }
  })

  test('a refresh token can end its session when the access token is gone', async ({ expect }) => {
    const app = startApp()
    const { refreshToken, accessToken } = await signedIn(app)
    expect((await app.post('/api/auth/logout/', { refresh_token: refreshToken })).status).toBe(204)
    expect((await me(app, { token: accessToken })).status).toBe(401)
    expect((await app.post('/api/auth/logout/', {})).status).toBe(401)
  })

  test('E-127: an access token lives five minutes, whatever time a client sends', async ({
    expect,
  }) => {
    const app = startApp()
    const { accessToken: token } = await signedIn(app)
    const headers = { Date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'X-Timestamp': '0' }
    const read = () => app.send('GET', '/api/users/me/', { token, headers })
    app.advance(297)
    expect((await read()).status).toBe(200)
    app.advance(3)
    const late = await read()
    expect(late.status).toBe(401)
    expect(late.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
  })

  test('a cookie session rests no longer than its role may, and use is noted', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, sessionCookie } = await signedIn(app, 'cookie')
    await set(account, "role = 'merchant'")
    app.advance(3590)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(200)
    app.advance(3590)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(200)
    app.advance(3601)
    expect((await me(app, { cookie: sessionCookie })).status).toBe(401)
  })

  test('no session can be stored without two different steps', async ({ expect }) => {
    const app = startApp()
    await signedIn(app)
    const insert = (first: string | null, second: string | null) =>
      env.DB.prepare(
        `INSERT INTO sessions (id, user_id, transport, secret_hash, first_factor, second_factor,
          auth_time, created_at, last_used_at, expires_at, ip)
         SELECT 'ses_' || hex(randomblob(8)), id, 'bearer', 'x', ?, ?, 0, 0, 0, 0, '' FROM users LIMIT 1`,
      )
        .bind(first, second)
        .run()
        .then(
          () => 'stored',
          () => 'refused',
        )
    expect(await insert('pwd', 'email')).toBe('stored')
    for (const [first, second] of [
      ['pwd', null],
      [null, 'email'],
      ['pwd', 'pwd'],
      ['passkey', 'passkey'],
      ['pwd', 'none'],
      ['', ''],
    ] as const) {
      expect([first, second, await insert(first, second)]).toEqual([first, second, 'refused'])
    }
  })

  test('E-133: requests of two users interleaved in one isolate never mix', async ({ expect }) => {
    const app = startApp()
    const ada = await signedIn(app)
    const bob = await signedIn(app, 'cookie')
    const rounds = many(20)
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(
        Array.from({ length: many(100) }, (_, index) =>
          index % 2 ? me(app, { token: ada.accessToken }) : me(app, { cookie: bob.sessionCookie }),
        ),
      )
      const emails = answers.map(({ body }) => body['email'])
      const expected = emails.map((_, index) => (index % 2 ? ada.account.email : bob.account.email))
      expect(emails).toEqual(expected)
    }
  }, 120_000)
})
