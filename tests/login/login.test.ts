import { describe, test } from 'vitest'
import { nextMail } from '../support/mailbox'
import { freshAddress, nextCode, startApp } from '../support/app'

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

  test('takes a username in any case', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const started = await app.post('/api/auth/login/', {
      identifier: ada.username.toUpperCase(),
      password: ada.password,
    })
    expect(started.status).toBe(200)
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

  test('answers an unknown name and a wrong password alike', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const ip = freshAddress()
    const other = freshAddress()

    const wrong = await app.post(
      '/api/auth/login/',
      { identifier: ada.email, password: 'not the password' },
      { ip },
    )
    const unknown = await app.post(
      '/api/auth/login/',
      { identifier: 'nobody@example.com', password: 'not the password' },
      { ip: other },
    )
    expect(wrong.status).toBe(401)
    expect(unknown.status).toBe(401)
    expect(unknown.text).toBe(wrong.text)
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

  test('sends the owner a warning when another browser signs in', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const { deviceCookie } = await app.signIn(ada)
    await app.signIn(ada, {}, { cookie: deviceCookie })
    await app.signIn(ada)
    const mail = await nextMail(ada.email)
    expect(mail.subject).toMatch(/new/i)
  })
})
