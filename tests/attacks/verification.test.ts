import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { freshAddress, nextCode, startApp } from '../support/app'
import { linkIn, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { rowsOf, userIdOf } from '../support/rows-of'

type App = ReturnType<typeof startApp>

const verify = (app: App, token: unknown, ip = freshAddress()) =>
  app.post('/api/auth/verify-email/', { token }, { ip })

async function signedUp(app: App) {
  const account = app.newAccount()
  await app.post('/api/users/create/', account, { ip: freshAddress() })
  const mail = await nextMail(account.email)
  return { account, mail, token: tokenIn(mail) }
}

describe('verification', () => {
  test('E-045: a link works until 24 hours have passed', async ({ expect }) => {
    const app = startApp()
    const early = await signedUp(app)
    app.advance(86_398)
    expect((await verify(app, early.token)).status).toBe(200)
    const late = await signedUp(app)
    app.advance(86_400)
    expect((await verify(app, late.token)).status).toBe(400)
  })

  test('E-047: no header of a request moves the host of a mailed link', async ({ expect }) => {
    const app = startApp()
    const account = app.newAccount()
    await app.post('/api/users/create/', account, {
      headers: {
        Host: 'evil.example',
        'X-Forwarded-Host': 'evil.example',
        'X-Original-Host': 'evil.example',
        Forwarded: 'host=evil.example',
        Origin: 'https://evil.example',
        Referer: 'https://evil.example/',
      },
    })
    const mail = await nextMail(account.email)
    expect(linkIn(mail)).toMatch(/^https:\/\/auth\.phantom\.test\/verify-email#token=[\w-]{43}$/)
    expect(mail.text + mail.html).not.toContain('evil')
  })

  test('E-048, E-049: a verification token is good for nothing else, and nothing else verifies', async ({
    expect,
  }) => {
    const app = startApp()
    const { token } = await signedUp(app)
    const other = await app.hasAccount()
    const challenge = await app.startLogin(other)
    const code = await nextCode(other)
    const { body } = await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code })
    expect(
      (await app.post('/api/auth/verify-2fa/', { challenge: token, method: 'email', code })).status,
    ).toBe(401)
    expect((await app.post('/api/auth/resend-otp/', { challenge: token })).status).toBe(401)
    expect((await app.post('/api/auth/refresh/', { refresh_token: token })).status).toBe(401)
    expect((await app.send('GET', '/api/users/me/', { token })).status).toBe(401)
    for (const wrong of [challenge, body.access_token, body.refresh_token]) {
      expect((await verify(app, wrong)).status).toBe(400)
    }
    const { email } = other
    expect((await app.post('/api/auth/verify-email/', { token, email })).status).toBe(400)
    expect((await verify(app, token)).status).toBe(200)
  })

  test('E-050: a token that is cut, grown, re-cased, encoded or listed is refused', async ({
    expect,
  }) => {
    const app = startApp()
    const { token } = await signedUp(app)
    const swapped = token.replace(/[a-z]/gi, (c) => (c < 'a' ? c.toLowerCase() : c.toUpperCase()))
    const variants = [
      token.slice(0, -1),
      `${token}A`,
      swapped,
      encodeURIComponent(`%${token}`),
      ` ${token}`,
      `${token}=`,
      [token],
      { token },
      null,
      '',
    ]
    for (const variant of variants) expect((await verify(app, variant)).status).toBe(400)
    const random = await Promise.all(
      Array.from({ length: many(1000) }, () =>
        verify(app, Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')),
      ),
    )
    expect(new Set(random.map(({ status }) => status))).toEqual(new Set([400]))
    expect((await verify(app, token)).status).toBe(200)
  }, 60_000)

  test('E-050: guessing from one network is throttled', async ({ expect }) => {
    const app = startApp()
    const ip = freshAddress()
    for (let count = 0; count < 30; count++) await verify(app, 'A'.repeat(43), ip)
    expect((await verify(app, 'A'.repeat(43), ip)).status).toBe(429)
  })

  test('E-052: fetching the link spends no token', async ({ expect }) => {
    const app = startApp()
    const { token } = await signedUp(app)
    for (let count = 0; count < 10; count++) {
      expect((await app.send('GET', `/verify-email?token=${token}`)).status).toBe(200)
      expect((await app.send('HEAD', `/verify-email?token=${token}`)).status).toBe(200)
      expect((await app.send('GET', '/api/auth/verify-email/')).status).toBe(405)
    }
    expect((await verify(app, token)).status).toBe(200)
  })

  // A link confirms its own sign-up, whoever came first: the owner knows which one that is.
  test.for(['before', 'after'])(
    'E-057: a stranger who signs up %s the owner leaves nothing in the account that the owner confirms',
    async (order, { expect }) => {
      const app = startApp()
      const owner = app.newAccount()
      const stranger = {
        email: owner.email.toUpperCase(),
        password: 'the stranger chose these words',
        username: app.newAccount().username,
        role: 'merchant',
        merchant: { legal_name: 'Eve Enterprises' },
        locale: 'de',
      }
      const both = order === 'before' ? [stranger, owner] : [owner, stranger]
      const tokens = []
      for (const account of both) {
        await app.post('/api/users/create/', account, { ip: freshAddress() })
        tokens.push(tokenIn(await nextMail(account.email)))
        app.advance(61)
      }
      const [own = '', other = ''] = order === 'before' ? tokens.reverse() : tokens
      expect((await verify(app, own)).status).toBe(200)
      expect((await verify(app, other)).status).toBe(400)
      const { results } = await env.DB.prepare(
        `SELECT email, username, role, locale FROM users WHERE email_key = ?1`,
      )
        .bind(owner.email)
        .run()
      const { email, username } = owner
      expect(results).toEqual([{ email, username, role: 'customer', locale: 'en' }])
      const userId = await userIdOf(owner)
      expect((await rowsOf(userId)).get('merchant_profiles')).toEqual([])
      const login = (password: string) =>
        app.post('/api/auth/login/', { identifier: email, password }, { ip: freshAddress() })
      expect((await login(stranger.password)).status).toBe(401)
      expect((await login(owner.password)).status).toBe(200)
    },
  )

  test('E-057: of the links of several sign-ups used at once, one makes the account', async ({
    expect,
  }) => {
    const app = startApp()
    const { email } = app.newAccount()
    const tokens: string[] = []
    for (const word of ['first', 'second', 'third', 'fourth']) {
      const password = `the ${word} of many passphrases`
      await app.post('/api/users/create/', { email, password }, { ip: freshAddress() })
      tokens.push(tokenIn(await nextMail(email)))
      app.advance(61)
    }
    const answers = await Promise.all(
      Array.from({ length: many(50) }, (_, at) => verify(app, tokens[at % tokens.length])),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
  })

  test('a new link leaves the one before good, and one of them makes the account', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, token } = await signedUp(app)
    app.advance(61)
    await app.post('/api/auth/verify-email/resend/', { email: account.email })
    const next = tokenIn(await nextMail(account.email))
    expect((await verify(app, token)).status).toBe(200)
    expect((await verify(app, next)).status).toBe(400)
  })
})
