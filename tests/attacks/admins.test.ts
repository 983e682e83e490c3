import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import { addTotp, me, stepUpByApp, withTotp } from '../support/acts'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  hasAdmin,
  insertUser,
  inviteUser,
  onlyAdmins,
  REASON,
  tokenFor,
} from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { DAY, runActs } from '../support/pending-acts'
import { tryLogin } from '../support/recovery'
import { userIdOf } from '../support/rows-of'

const noAdmins = () =>
  env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()

const admins = async () =>
  (
    await env.DB.prepare(
      `SELECT count(*) AS count FROM users WHERE role = 'admin' AND status = 'active'
       AND erasure_due_at IS NULL`,
    ).first<{ count: number }>()
  )?.count

const deleteMe = (app: ReturnType<typeof startApp>, token: string) =>
  app.send('DELETE', '/api/users/me/', { token, ip: freshAddress() })

describe('admins', () => {
  test('E-110: the last admin neither demotes, disables nor deletes itself', async ({ expect }) => {
    await noAdmins()
    const app = startApp()
    const last = { id: await insertUser(app, 'admin'), role: 'admin' as const }
    expect((await changeRole(app, last, last.id, 'customer')).status).toBe(409)
    expect((await act(app, last, `${last.id}/disable`)).status).toBe(409)
    const token = await tokenFor(app, last)
    expect((await deleteMe(app, token)).body.code).toBe('last_admin')
    // Refused, it has cost nothing: the session and its step-up are there.
    expect((await me(app, { token })).status).toBe(200)
    for (const state of [
      `status = 'disabled'`,
      `status = 'pending'`,
      `frozen_at = 1`,
      `erasure_due_at = 9999999999999`,
      `role = 'merchant'`,
    ]) {
      await insertUser(app, 'admin', state)
    }
    expect((await deleteMe(app, token)).body.code).toBe('last_admin')
    await insertUser(app, 'admin')
    expect((await deleteMe(app, token)).status).toBe(202)
  })

  test('E-110: one of three takes neither of the others away alone', async ({ expect }) => {
    const app = startApp()
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    for (const { id } of [two, three]) {
      expect((await changeRole(app, one, id, 'customer')).status).toBe(202)
      expect((await act(app, one, `${id}/disable`)).status).toBe(202)
    }
    expect(await admins()).toBe(3)
    // So nobody is made an admin by one alone either.
    const invited = await inviteUser(app, one, { email: app.newAccount().email, role: 'admin' })
    expect([invited.status, invited.body.status]).toEqual([202, 'waiting_for_approval'])
  })

  test('E-110: one who is leaving cannot disable the only admin who stays', async ({ expect }) => {
    await noAdmins()
    const app = startApp()
    const [leaving, staying] = [await insertUser(app, 'admin'), await insertUser(app, 'admin')]
    const token = await tokenFor(app, { id: leaving })
    await env.DB.prepare('UPDATE users SET erasure_due_at = 9999999999999 WHERE id = ?')
      .bind(leaving)
      .run()
    const path = `/api/admin/users/${staying}/disable/`
    expect((await app.post(path, { reason: REASON }, { token })).status).toBe(202)
    app.advance(DAY + 1)
    await runActs(app)
    expect(await columnOf(staying, 'status')).toBe('active')
  })

  test('E-110: two admins who delete their accounts at once leave one', async ({ expect }) => {
    const app = startApp()
    for (let round = 0; round < many(10); round++) {
      await noAdmins()
      const pair = [await insertUser(app, 'admin'), await insertUser(app, 'admin')]
      const tokens = await Promise.all(pair.map((id) => tokenFor(app, { id })))
      const answers = await Promise.all(tokens.map((token) => deleteMe(app, token)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 409]))
      expect(await admins()).toBe(1)
    }
  })

  test('E-111: an admin sets nobody’s password, reads no seed and is nobody else', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const user = await withTotp(app)
    const id = await userIdOf(user.account)
    const before = await columnOf(id, 'password_hash')
    const { body } = await app.send('GET', '/api/openapi.json')
    const paths = Object.entries(body['paths'] as Record<string, object>)
    const powers = paths.filter(([path]) => path.startsWith('/api/admin/users'))
    expect(powers.length).toBeGreaterThan(8)
    for (const [path, methods] of powers) {
      expect(path).not.toMatch(/impersonat|login|token|seed|secret/)
      // No field to set a password by, and none that shows a secret.
      expect(JSON.stringify(methods)).not.toMatch(/"(password\w*|secret|seed|access_token|codes)":/)
    }
    for (const json of [
      { role: 'customer', password: 'x' },
      { password: 'x' },
      { email: 'x@y.de' },
    ]) {
      const answer = await act(app, admin, id, json, 'PATCH')
      expect(answer.body.code).toBe('invalid_request')
    }
    const invited = { email: app.newAccount().email, password: user.account.password }
    expect((await inviteUser(app, admin, invited)).body.code).toBe('invalid_request')
    const started = await act(app, admin, `${id}/reset-password`)
    expect(started.text).toBe('{"status":"reset_sent"}')
    expect(await columnOf(id, 'password_hash')).toBe(before)
  })

  test('E-111: an admin keeps a second factor of its own', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const drop = async (id?: string) => {
      const token = await tokenFor(app, admin)
      const json = id === undefined ? {} : { id }
      return app.post('/api/users/enable-2fa/disable/', json, { token, ip: freshAddress() })
    }
    expect((await drop()).body.code).toBe('last_authenticator')
    expect((await drop(admin.appId)).body.code).toBe('last_authenticator')
    const second = await addTotp(app, await tokenFor(app, admin))
    expect((await drop()).body.code).toBe('last_authenticator')
    const both = await Promise.all([drop(second.id), drop(admin.appId)])
    expect(both.filter(({ status }) => status === 204)).toHaveLength(1)
    expect((await act(app, admin, `${admin.id}/remove-factors`)).body.code).toBe('own_account')
  })

  test('row 3 (GHSA-qq9h-g4jm-xgf3): a stranger’s sign-up leaves nothing in an invited account', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const victim = app.newAccount()
    const stranger = { ...app.newAccount(), email: victim.email }
    const signUp = () =>
      app.post('/api/users/create/', { ...stranger, role: 'merchant', merchant: { country: 'NL' } })
    // Before the invitation, and again after it.
    await signUp()
    await nextMail(victim.email)
    await inviteUser(app, admin, { email: victim.email })
    const token = tokenIn(await nextMail(victim.email))
    // One mail of a kind a minute.
    app.advance(61)
    await signUp()
    const theirs = tokenIn(await nextMail(victim.email))
    expect((await acceptInvitation(app, token, victim)).status).toBe(200)
    const id = await userIdOf(victim)
    expect(await columnOf(id, 'username')).toBe(victim.username)
    expect(await columnOf(id, 'role')).toBe('customer')
    const profiles = await env.DB.prepare('SELECT 1 FROM merchant_profiles WHERE user_id = ?')
      .bind(id)
      .run()
    expect(profiles.results).toEqual([])
    expect((await app.post('/api/auth/verify-email/', { token: theirs })).status).toBe(400)
    expect((await tryLogin(app, victim, stranger.password)).body.code).toBe('invalid_credentials')
    expect((await tryLogin(app, victim, victim.password)).status).toBe(200)
  })

  test('row 13 (GHSA-fmh4-wcc4-5jm3): an invitation is its mailbox’s and no other account’s', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const invited = app.newAccount()
    const thief = await withTotp(app)
    await inviteUser(app, admin, { email: invited.email, role: 'merchant' })
    const token = tokenIn(await nextMail(invited.email))
    // Neither the session nor a field makes it the thief's: the account is named by the token.
    const thiefToken = await stepUpByApp(app, thief, thief.accessToken)
    for (const extra of [{ email: thief.account.email }, { user_id: 'x' }, { role: 'admin' }]) {
      const answer = await app.post(
        '/api/users/accept-invitation/',
        { token, password: invited.password, ...extra },
        { token: thiefToken },
      )
      expect(answer.body.code).toBe('invalid_request')
    }
    expect((await acceptInvitation(app, token, invited)).status).toBe(200)
    expect(await columnOf(await userIdOf(invited), 'role')).toBe('merchant')
    expect(await columnOf(await userIdOf(thief.account), 'role')).toBe('customer')
    // A sign-up in that name changes nothing, and is told to the mailbox.
    const second = app.newAccount()
    await inviteUser(app, admin, { email: second.email, role: 'merchant' })
    const unused = tokenIn(await nextMail(second.email))
    await app.post('/api/users/create/', second, { ip: freshAddress() })
    const again = tokenIn(await nextMail(second.email))
    expect((await app.post('/api/auth/verify-email/', { token: again })).status).toBe(400)
    expect((await acceptInvitation(app, unused, second)).status).toBe(200)
    expect((await acceptInvitation(app, again, second)).body.code).toBe('invalid_token')
    expect(await columnOf(await userIdOf(second), 'role')).toBe('merchant')
  })
})

test('E-118: the bootstrap route is 404 once it has been used, as are routes of tests and seeds', async ({
  expect,
}) => {
  const token = randomToken()
  const app = startApp((deps) => ({
    ...deps,
    settings: { ...deps.settings, BOOTSTRAP_TOKEN: token },
  }))
  await noAdmins()
  const start = () => {
    const { email } = app.newAccount()
    return app.post('/api/admin/bootstrap/', { token, email }, { ip: freshAddress() })
  }
  expect((await start()).status).toBe(202)
  const again = await start()
  expect([again.status, again.body.code]).toEqual([404, 'not_found'])
  for (const path of ['seed', 'test', 'debug', 'setup', 'install', 'admin/seed', 'admin/setup']) {
    for (const method of ['GET', 'POST'])
      expect((await app.send(method, `/api/${path}/`)).status, path).toBe(404)
  }
})
