import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { insertAccount } from '../../support/accounts'
import { signedIn } from '../../support/acts'
import { changed, changing, confirmEmail, notMe } from '../../support/addresses'
import { acceptInvitation, hasAdmin, inviteUser } from '../../support/admins'
import { freshAddress, sessionIn, startApp } from '../../support/app'
import { failLogin } from '../../support/attack'
import { nextMail, subjectsTo, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { rowsOf, userIdOf } from '../../support/rows-of'

type App = ReturnType<typeof startApp>

const verify = (app: App, token: unknown) => app.post('/api/auth/verify-email/', { token })

/** An account that waits for its address to be confirmed, and the token of the mail. */
async function signedUp(app: App) {
  const account = app.newAccount()
  await app.post('/api/users/create/', account, { ip: freshAddress() })
  return { account, token: tokenIn(await nextMail(account.email)) }
}

const waiting = (email: string) =>
  env.DB.prepare('SELECT count(*) AS count FROM sign_ups WHERE email = ?')
    .bind(email)
    .first('count')

describe('a sign-up that is confirmed', () => {
  test('of several that wish for one username, one that confirms gets it', async ({ expect }) => {
    const app = startApp()
    const { username } = app.newAccount()
    const accounts = Array.from({ length: many(10) }, () => ({ ...app.newAccount(), username }))
    const tokens = []
    for (const account of accounts) {
      await app.post('/api/users/create/', account, { ip: freshAddress() })
      tokens.push(tokenIn(await nextMail(account.email)))
    }
    // Until then it is free for whoever asks.
    const first = await signedIn(app)
    const rename = () =>
      app.send('PUT', '/api/users/update/', { json: { username }, token: first.accessToken })
    expect((await rename()).status).toBe(200)
    await app.send('PUT', '/api/users/update/', {
      json: { username: first.account.username },
      token: first.accessToken,
    })
    const answers = await Promise.all(
      tokens.map((token) => app.post('/api/auth/verify-email/', { token }, { ip: freshAddress() })),
    )
    const taken = answers.map(({ body }) => body['username_taken'])
    expect(taken.filter((isTaken) => isTaken === false)).toHaveLength(1)
    for (const [at, { email }] of accounts.entries()) {
      const subjects = await subjectsTo(email)
      const isTold = subjects.includes('Your account has no username yet')
      expect(isTold).toBe(taken[at])
    }
    expect((await rename()).body.code).toBe('username_taken')
  })

  test('of a business keeps its draft until the address is confirmed', async ({ expect }) => {
    const app = startApp()
    const merchant = { legal_name: 'Ada Antiques', country: 'NL' }
    const account = await app.signUp({ role: 'merchant', merchant })
    const [profile] = (await rowsOf(await userIdOf(account))).get('merchant_profiles') ?? []
    expect(profile).toMatchObject({ ...merchant, state: 'draft' })
  })

  test('makes no second account where there is one already', async ({ expect }) => {
    const app = startApp()
    const { account, token } = await signedUp(app)
    await insertAccount(app.deps(), { ...account, username: app.newAccount().username }, 'customer')
    expect((await verify(app, token)).body.code).toBe('invalid_token')
  })

  test('lets the browser that confirms it in, whatever strangers have done with the name', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, token } = await signedUp(app)
    await failLogin(app, account.email, 5)
    const { email: identifier, password } = account
    const verified = await verify(app, token)
    const { deviceCookie: cookie } = sessionIn(verified)
    const login = (options: object) =>
      app.post('/api/auth/login/', { identifier, password }, { ip: freshAddress(), ...options })
    expect((await login({})).status).toBe(429)
    expect((await login({ cookie })).status).toBe(200)
  })

  test.for<[string, (app: App, email: string) => Promise<unknown>]>([
    ['is invited', async (app, email) => inviteUser(app, await hasAdmin(app), { email })],
    ['moves to it', async (app, email) => confirmEmail(app, (await changing(app, email)).token)],
  ])('is void once an account %s', async ([, act], { expect }) => {
    const app = startApp()
    const { account, token } = await signedUp(app)
    await act(app, account.email)
    expect(await waiting(account.email)).toBe(0)
    expect((await verify(app, token)).status).toBe(400)
  })

  test('is void once an invitation is accepted, or an address is taken back', async ({
    expect,
  }) => {
    const app = startApp()
    const { email, password } = app.newAccount()
    await inviteUser(app, await hasAdmin(app), { email })
    const invitation = tokenIn(await nextMail(email))
    const { account, changedToken } = await changed(app)
    const { account: other } = await signedUp(app)
    await app.post('/api/users/create/', { email: account.email, password })
    // As one that began while the invitation waited for a second admin.
    await env.DB.prepare('UPDATE sign_ups SET email = ?1, email_key = ?1 WHERE email = ?2')
      .bind(email, other.email)
      .run()
    expect([await waiting(email), await waiting(account.email)]).toEqual([1, 1])
    await acceptInvitation(app, invitation, { password })
    await notMe(app, changedToken)
    expect([await waiting(email), await waiting(account.email)]).toEqual([0, 0])
  })
})
