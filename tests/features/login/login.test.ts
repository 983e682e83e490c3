import { describe, test } from 'vitest'
import { signedIn, withTotp } from '../../support/acts'
import { type Account, freshAddress, nextCode, startApp } from '../../support/app'
import { failLogin, visible } from '../../support/attack'
import { mailsTo } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'

describe('a login', () => {
  test('goes from sign-up to a session in two steps', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()

    const started = await app.post('/api/auth/login/', {
      identifier: ada.email,
      password: ada.password,
    })
    expect(started.status).toBe(200)
    expect(started.body).toEqual({
      challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      methods: ['email'],
      default_method: 'email',
      expires_in: 300,
      code_delivery: 'normal',
    })

    const code = await nextCode(ada)
    const opened = await app.post('/api/auth/verify-2fa/', {
      challenge: started.body.challenge,
      method: 'email',
      code,
    })
    expect(opened.status).toBe(200)
    expect(opened.body).toMatchObject({ token_type: 'Bearer', expires_in: 300 })

    const me = await app.send('GET', '/api/users/me/', { token: opened.body.access_token })
    expect(me.status).toBe(200)
    expect(me.body).toMatchObject({ email: ada.email, username: ada.username, role: 'customer' })
    expect(me.body['session']).toMatchObject({ acr: 'aal1', amr: ['pwd', 'mca'] })
  })

  test('in a browser puts the session into a cookie and nowhere else', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const sameOrigin = { headers: { 'Sec-Fetch-Site': 'same-origin' } }
    const { opened, sessionCookie } = await app.signIn(ada, { transport: 'cookie' }, sameOrigin)

    expect(opened.body).toEqual({ session_id: expect.any(String) })
    const header = opened.headers.getSetCookie().find((cookie) => cookie.includes('_session='))
    expect(header).toMatch(
      /^__Host-phantom_session=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    )
    const me = await app.send('GET', '/api/users/me/', { cookie: sessionCookie })
    expect(me.status).toBe(200)
  })

  test('gives a token that works even if a second ends in the middle of it', async ({ expect }) => {
    const app = startApp((deps) => {
      let seconds = 0
      return { ...deps, now: () => new Date(deps.now().getTime() + 1000 * seconds++) }
    })
    const { accessToken: token } = await app.signIn(await app.hasAccount())
    app.advance(60)
    expect((await app.send('GET', '/api/users/me/', { token })).status).toBe(200)
  })
})

describe('mailed codes', () => {
  type App = ReturnType<typeof startApp>
  const enter = (app: App, { email, password }: Account, cookie?: string) =>
    app.post('/api/auth/login/', { identifier: email, password }, { ip: freshAddress(), cookie })
  const withoutWait = (answer: Awaited<ReturnType<typeof enter>>) => {
    const { headers, ...rest } = visible(answer)
    return { ...rest, headers: headers.filter(([name]) => name !== 'retry-after') }
  }

  test('go to strangers who know the password ten an hour, to known browsers ten, step-ups included', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    const other = await app.hasAccount()
    const locked = (await failLogin(app, other.email, 6)).at(-1)
    const stepUp = () =>
      app.post('/api/auth/step-up/', { password: account.password }, { token, ip: freshAddress() })
    for (let count = 1; count < 10; count++) expect((await enter(app, account)).status).toBe(200)
    const parallel = Array.from({ length: many(50) }, () => enter(app, account))
    const last = await Promise.all(parallel)
    expect(last.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = [...last.filter(({ status }) => status !== 200), await enter(app, account)]
    for (const answer of refused) {
      expect(withoutWait(answer)).toEqual(locked && withoutWait(locked))
    }
    expect((await enter(app, { ...account, password: 'wrong' })).status).toBe(401)
    expect(await mailsTo(account.email)).toHaveLength(10)

    // None of it hinders the browser of the owner, which has a count of its own.
    for (let count = 0; count < 9; count++) {
      expect((await enter(app, account, cookie)).status).toBe(200)
    }
    expect((await stepUp()).status).toBe(200)
    for (const answer of [await enter(app, account, cookie), await stepUp()]) {
      expect(withoutWait(answer)).toEqual(locked && withoutWait(locked))
    }
    // By their count, logins and step-ups together: who knows the password can be refused for ever.
    const reason = 'too many mailed codes'
    const blocked = (await eventsOf(account.email))
      .filter(({ event }) => event === 'authn_login_blocked')
      .map(({ data }) => JSON.parse(data ?? '') as unknown)
    expect(blocked.length).toBeGreaterThan(1)
    expect(blocked).toEqual(
      blocked.map((_, at) => (at === 0 ? { reason } : { reason, count: 2 ** at })),
    )

    const wait = Number((await enter(app, account)).headers.get('Retry-After'))
    expect(wait).toBeGreaterThan(3500)
    app.advance(wait - 60)
    expect((await enter(app, account)).status).toBe(429)
    app.advance(60)
    expect((await enter(app, account)).status).toBe(200)
  })

  test('that are not mailed, with an app, are not counted', async ({ expect }) => {
    const app = startApp()
    const { account } = await withTotp(app)
    for (let count = 0; count < 11; count++) {
      expect((await enter(app, account)).status).toBe(200)
    }
  })
})
