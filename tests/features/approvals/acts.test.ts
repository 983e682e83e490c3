import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { me, signedIn } from '../../support/acts'
import {
  act,
  changeRole,
  columnOf,
  hasAdmin,
  insertUser,
  REASON,
  tokenFor,
} from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { beforeBatch, broken, failLogin } from '../../support/attack'
import { noMail } from '../../support/mail-faults'
import { mailsNamed, mailsTo } from '../../support/mailbox'
import { many } from '../../support/many'
import { confirmReset, NEW_PASSWORD, nextResetToken, tryLogin } from '../../support/recovery'
import { eventsOf, userIdOf } from '../../support/rows-of'

const lastEvent = async (email: string) => (await eventsOf(email)).at(-1)

describe('an admin', () => {
  test('disables an account at once, and lets it work again', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const user = await signedIn(app)
    const id = await userIdOf(user.account)
    const disabled = await app.send('POST', `/api/admin/users/${id}/disable/`, {
      json: { reason: REASON },
      token: admin.accessToken,
    })
    expect(disabled.status).toBe(204)
    expect((await me(app, { token: user.accessToken })).status).toBe(401)
    expect((await tryLogin(app, user.account, user.account.password)).body.code).toBe(
      'account_disabled',
    )
    await mailsNamed(user.account.email, 'Your account was disabled')
    expect((await act(app, admin, `${id}/disable`)).body.code).toBe('user_state')

    expect((await act(app, admin, `${id}/enable`)).status).toBe(204)
    const [mail] = await mailsNamed(user.account.email, 'Your account works again')
    expect(mail?.text).toContain(REASON)
    // Whoever did it is known to the log, not to the owner.
    expect(mail?.text).not.toMatch(/IP address|\b1[01]\.\d+\.\d+\.\d+/)
    expect((await lastEvent(user.account.email))?.event).toBe('user_enabled')
    expect((await me(app, { token: user.accessToken })).status).toBe(401)
    expect((await tryLogin(app, user.account, user.account.password)).status).toBe(200)
    expect((await act(app, admin, `${id}/enable`)).body.code).toBe('user_state')
  })

  test('who was disabled comes back as a customer', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const other = await insertUser(app, 'admin', `status = 'disabled'`)
    expect((await act(app, admin, `${other}/enable`)).status).toBe(204)
    expect(await columnOf(other, 'role')).toBe('customer')
  })

  test('changes a role: sessions end, logins under way end nowhere', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const user = await signedIn(app)
    const id = await userIdOf(user.account)
    const epoch = Number(await columnOf(id, 'security_epoch'))
    expect((await changeRole(app, admin, id, 'merchant')).status).toBe(204)
    expect((await me(app, { token: user.accessToken })).status).toBe(401)
    expect(await columnOf(id, 'role')).toBe('merchant')
    expect(await columnOf(id, 'security_epoch')).toBe(epoch + 1)
    const [mail] = await mailsNamed(user.account.email, 'Your account has another role')
    expect(mail?.text).toContain('a merchant account')
    expect(JSON.parse((await lastEvent(user.account.email))?.data ?? '')).toEqual({
      from: 'customer',
      to: 'merchant',
    })
    expect((await changeRole(app, admin, id, 'merchant')).body.code).toBe('user_state')
  })

  test('unlocks an account for everybody', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const account = await app.hasAccount()
    const id = await userIdOf(account)
    await failLogin(app, account.email, 5)
    const token = await tokenFor(app, admin)
    const read = () => app.send('GET', `/api/admin/users/${id}/`, { token })
    expect((await read()).body['locked_until']).not.toBeNull()
    expect((await tryLogin(app, account, account.password)).status).toBe(429)
    const unlock = () =>
      app.post(`/api/admin/users/${id}/unlock/`, { reason: REASON }, { token, ip: freshAddress() })
    expect((await act(startApp(noMail()), admin, `${id}/unlock`)).status).toBe(503)
    expect((await read()).body['locked_until']).not.toBeNull()
    expect((await unlock()).status).toBe(204)
    expect((await read()).body['locked_until']).toBeNull()
    const [mail] = await mailsNamed(account.email, 'Your account was unlocked')
    expect(mail?.text).toContain(REASON)
    expect(mail?.text).not.toMatch(/IP address|\b1[01]\.\d+\.\d+\.\d+/)
    expect((await tryLogin(app, account, account.password)).status).toBe(200)
    expect((await eventsOf(account.email)).map(({ event }) => event)).toContain('user_unlocked')
    // A stolen session must not take the limit off a password: one step-up, one unlock.
    await failLogin(app, account.email, 5)
    expect((await unlock()).body.code).toBe('insufficient_user_authentication')
    expect((await read()).body['locked_until']).not.toBeNull()
    const fresh = await tokenFor(app, admin)
    const path = `/api/admin/users/${id}/unlock/`
    const parallel = await Promise.all(
      Array.from({ length: many(50) }, () =>
        app.post(path, { reason: REASON }, { token: fresh, ip: freshAddress() }),
      ),
    )
    expect(parallel.filter(({ status }) => status === 204)).toHaveLength(1)
  })

  test('ends the sessions of one user', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const [ada, bob] = [await signedIn(app), await signedIn(app)]
    const id = await userIdOf(ada.account)
    expect((await act(app, admin, `${id}/end-sessions`)).status).toBe(204)
    expect((await me(app, { token: ada.accessToken })).status).toBe(401)
    expect((await me(app, { token: bob.accessToken })).status).toBe(200)
    await mailsNamed(ada.account.email, 'You were signed out everywhere')
    // Of what has ended already nobody is told.
    const { length } = await mailsTo(ada.account.email)
    expect((await act(app, admin, `${id}/end-sessions`)).status).toBe(204)
    expect(await mailsTo(ada.account.email)).toHaveLength(length)
  })

  test('ends nobody’s sessions once its own has ended', async ({ expect }) => {
    const admin = { id: await insertUser(startApp(), 'admin') }
    const gone = () => env.DB.prepare('DELETE FROM sessions WHERE user_id = ?').bind(admin.id).run()
    const app = startApp(beforeBatch(gone))
    const user = { id: await insertUser(app, 'customer'), role: 'customer' as const }
    const token = await tokenFor(app, user)
    const ended = await act(app, admin, `${user.id}/end-sessions`)
    expect(ended.body.code).toBe('invalid_access_token')
    expect((await me(app, { token })).status).toBe(200)
  })

  test('starts a reset, whose link only the owner gets', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const account = await app.hasAccount()
    const id = await userIdOf(account)
    const ip = freshAddress()
    const started = await app.send('POST', `/api/admin/users/${id}/reset-password/`, {
      json: { reason: REASON },
      token: await tokenFor(app, admin),
      ip,
    })
    expect([started.status, started.body]).toEqual([202, { status: 'reset_sent' }])
    const [mail] = await mailsNamed(account.email, 'Set a new password')
    expect(mail?.text).toContain('Our team sends you this link')
    expect(mail?.text).not.toContain(ip)
    expect((await tryLogin(app, account, account.password)).status).toBe(200)
    expect((await confirmReset(app, await nextResetToken(account))).status).toBe(204)
    expect((await tryLogin(app, account, NEW_PASSWORD)).status).toBe(200)
    await env.DB.prepare(`UPDATE users SET status = 'disabled' WHERE id = ?`).bind(id).run()
    expect((await act(app, admin, `${id}/reset-password`)).body.code).toBe('user_state')
  })

  test('acts on nobody unknown, and not on itself', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    await insertUser(app, 'admin')
    const acts = ['disable', 'enable', 'unlock', 'end-sessions', 'reset-password', 'remove-factors']
    for (const name of [...acts, 'grants/act_x/approve']) {
      expect([name, (await act(app, admin, `usr_none/${name}`)).status]).toEqual([name, 404])
      const own = await act(app, admin, `${admin.id}/${name}`)
      expect([name, own.body.code]).toEqual([name, 'own_account'])
    }
    expect((await changeRole(app, admin, 'usr_none', 'merchant')).status).toBe(404)
    expect((await changeRole(app, admin, admin.id, 'customer')).body.code).toBe('own_account')
  })

  test('does nothing that cannot be recorded', async ({ expect }) => {
    const app = startApp(broken('db', ['batch'], 'fails'))
    const admin = { id: await insertUser(app, 'admin') }
    const user = { id: await insertUser(app, 'customer'), role: 'customer' as const }
    const token = await tokenFor(app, user)
    for (const name of ['disable', 'end-sessions']) {
      expect((await act(app, admin, `${user.id}/${name}`)).status).toBeGreaterThanOrEqual(500)
    }
    expect(await columnOf(user.id, 'status')).toBe('active')
    expect((await me(app, { token })).status).toBe(200)
  })
})
