import { describe, test } from 'vitest'
import {
  acceptInvitation,
  act,
  columnOf,
  hasAdmin,
  inviteUser,
  tokenFor,
} from '../../support/admins'
import { freshAddress, sessionIn, startApp } from '../../support/app'
import { failLogin } from '../../support/attack'
import { countingIterations } from '../../support/iterations'
import { nextMail, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { setUser, tryLogin } from '../../support/recovery'
import { userIdOf } from '../../support/rows-of'

describe('an invitation', () => {
  test('hashes no password, since there is none', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const { email } = app.newAccount()
    const invite = async () => {
      expect((await inviteUser(app, admin, { email, role: 'merchant' })).status).toBe(201)
    }
    expect(await countingIterations(invite)).toBe(0)
    // As a sign-up does.
    expect(await countingIterations(() => app.signUp())).toBeGreaterThan(0)
  })

  test('E-036: makes an account whose owner sets the password, once of parallel tries', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const account = app.newAccount()
    const invited = await inviteUser(app, admin, { email: account.email, role: 'merchant' })
    expect([invited.status, invited.body]).toMatchObject([
      201,
      { status: 'invited', email: account.email, role: 'merchant' },
    ])
    const token = tokenIn(await nextMail(account.email))
    const check = await app.post('/api/users/accept-invitation/check/', { token })
    expect(check.body).toEqual({ email: account.email, role: 'merchant' })
    expect((await tryLogin(app, account, account.password)).status).toBe(401)

    const weak = await acceptInvitation(app, token, { password: 'short' })
    expect(weak.body.code).toBe('password_rejected')
    const count = many(50)
    // Without a username, which may be asked for ten times.
    const { password } = account
    const answers = await Promise.all(
      Array.from({ length: count }, () => acceptInvitation(app, token, { password })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(count - 1)
    expect(await columnOf(await userIdOf(account), 'role')).toBe('merchant')
    expect((await tryLogin(app, account, account.password)).status).toBe(200)
    expect(await columnOf(await userIdOf(account), 'email_verified_at')).not.toBeNull()
  })

  test('is good for seven days; a newer one ends it', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const account = app.newAccount()
    await inviteUser(app, admin, { email: account.email })
    const older = tokenIn(await nextMail(account.email))
    await inviteUser(app, admin, { email: account.email })
    const token = tokenIn(await nextMail(account.email))
    const check = (given: string) =>
      app.post('/api/users/accept-invitation/check/', { token: given }, { ip: freshAddress() })
    expect((await check(older)).status).toBe(400)
    app.advance(7 * 86_400 - 5)
    expect((await check(token)).status).toBe(200)
    app.advance(6)
    expect((await check(token)).status).toBe(400)
    expect((await acceptInvitation(app, token, account)).body.code).toBe('invalid_token')
  })

  test('a username that is taken leaves it good', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const [account, other] = [app.newAccount(), await app.hasAccount()]
    await inviteUser(app, admin, { email: account.email, locale: 'de' })
    const mail = await nextMail(account.email)
    expect(mail.subject).toBe('Einladung zu Phantom')
    const token = tokenIn(mail)
    const taken = await acceptInvitation(app, token, {
      password: account.password,
      username: other.username,
    })
    expect(taken.body.code).toBe('username_taken')
    expect((await acceptInvitation(app, token, account)).status).toBe(200)
  })

  test('tells ten times a day whether a username is taken, and is still good without one', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const [{ email, password }, other] = [app.newAccount(), await app.hasAccount()]
    await inviteUser(app, admin, { email })
    const token = tokenIn(await nextMail(email))
    const ask = (username: string) => acceptInvitation(app, token, { password, username })
    for (let count = 0; count < 10; count++) {
      expect((await ask(other.username)).body.code).toBe('username_taken')
    }
    for (const name of [other.username, app.newAccount().username]) {
      const refused = await ask(name)
      expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(86_000)
    }
    expect((await acceptInvitation(app, token, { password })).status).toBe(200)
  })

  test('lets the browser that accepts it in, whatever strangers have done with the name', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const { email, password } = app.newAccount()
    await inviteUser(app, admin, { email })
    const token = tokenIn(await nextMail(email))
    await failLogin(app, email, 5)
    const { deviceCookie: cookie } = sessionIn(await acceptInvitation(app, token, { password }))
    const login = (options: object) =>
      app.post(
        '/api/auth/login/',
        { identifier: email, password },
        { ip: freshAddress(), ...options },
      )
    expect((await login({})).status).toBe(429)
    expect((await login({ cookie })).status).toBe(200)
  })

  test('takes nothing that is its owner’s to say, and no address in use', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const { email, password, username } = app.newAccount()
    for (const extra of [{ password }, { username }, { role: 'merchant', merchant: {} }]) {
      expect((await inviteUser(app, admin, { email, ...extra })).body.code).toBe('invalid_request')
    }
    const known = await app.hasAccount()
    const taken = await inviteUser(app, admin, { email: known.email.toUpperCase() })
    expect(taken.body.code).toBe('address_taken')
    await setUser(known, `status = 'disabled'`)
    expect((await inviteUser(app, admin, { email: known.email })).body.code).toBe('address_taken')
  })

  test('asks for two factors and uses a step-up up', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const invite = (token: string) =>
      app.post('/api/users/create/', { email: app.newAccount().email }, { token })
    expect((await invite(admin.accessToken)).status).toBe(201)
    expect((await invite(admin.accessToken)).status).toBe(401)
    const oneFactor = await tokenFor(app, { id: admin.id }, 'email')
    expect((await invite(oneFactor)).body.code).toBe('insufficient_user_authentication')
  })

  test('ends with the account that it is for', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const account = app.newAccount()
    const invited = await inviteUser(app, admin, { email: account.email })
    const token = tokenIn(await nextMail(account.email))
    const id = String(invited.body['user_id'])
    expect((await act(app, admin, `${id}/disable`)).status).toBe(204)
    expect((await acceptInvitation(app, token, account)).body.code).toBe('invalid_token')
    // Enabled, it waits for another one: whoever had the link then may have been the reason.
    expect((await act(app, admin, `${id}/enable`)).status).toBe(204)
    expect(await columnOf(id, 'status')).toBe('pending')
    expect((await acceptInvitation(app, token, account)).body.code).toBe('invalid_token')
    expect((await inviteUser(app, admin, { email: account.email })).body['user_id']).toBe(id)
    const next = tokenIn(await nextMail(account.email))
    expect((await acceptInvitation(app, next, account)).status).toBe(200)
  })
})
