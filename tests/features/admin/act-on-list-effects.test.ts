import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import {
  actOnList,
  customers,
  LIST_ACTS,
  listActs,
  newAdmin,
  outcomes,
  statusesOf,
} from '../../support/act-on-list'
import { me, signedIn } from '../../support/acts'
import { act, columnOf, hasAdmin, insertUser, REASON, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { beforeBatch, failLogin } from '../../support/attack'
import { mailsOf, sendWaiting, waiting } from '../../support/mail-faults'
import { mailsNamed } from '../../support/mailbox'
import { tryLogin } from '../../support/recovery'
import { eventsOf, userIdOf } from '../../support/rows-of'

const CODE = 'insufficient_user_authentication'

beforeEach(() => env.DB.prepare('DELETE FROM waiting_mails').run())

describe('a list of accounts', () => {
  test('is disabled and enabled again: sessions end, owners are told, and again it is refused', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const people = await Promise.all([signedIn(app), signedIn(app)])
    const ids = await Promise.all(people.map(({ account }) => userIdOf(account)))
    const unconfirmed = await insertUser(app, 'customer', 'email_verified_at = NULL')
    const all = [...ids, unconfirmed]
    for (const [name, subject] of [
      ['disable', 'Your account was disabled'],
      ['enable', 'Your account works again'],
    ] as const) {
      const done = await actOnList(app, await tokenFor(app, admin), name, all)
      expect(outcomes(done)).toEqual(all.map((id) => [id, 'done']))
      expect(await waiting()).toHaveLength(2)
      await sendWaiting()
      for (const { account } of people) {
        const [mail] = await mailsNamed(account.email, subject)
        expect(mail?.text).toContain(REASON)
        expect((await eventsOf(account.email)).at(-1)?.event).toBe(LIST_ACTS[name])
      }
      // As after an answer that was lost.
      const again = await actOnList(app, await tokenFor(app, admin), name, all)
      expect(outcomes(again)).toEqual(all.map((id) => [id, 'user_state']))
      expect(await waiting()).toHaveLength(0)
      for (const { accessToken } of people) {
        expect((await me(app, { token: accessToken })).status).toBe(401)
      }
    }
    expect(await statusesOf(all)).toEqual(['active', 'active', 'pending'])
  })

  test('never takes an admin, the last one least, and takes the others', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const officer = await insertUser(app, 'admin')
    const [user = ''] = await customers(app, 1)
    const answer = await actOnList(app, await tokenFor(app, admin), 'disable', [officer, user])
    expect(outcomes(answer)).toEqual([
      [officer, 'needs_another_admin'],
      [user, 'done'],
    ])
    const [late = '', other = ''] = await customers(app, 2)
    const appointed = () =>
      env.DB.prepare(`UPDATE users SET role = 'admin' WHERE id = ?`).bind(late).run()
    const slow = startApp(beforeBatch(appointed))
    const raced = await actOnList(slow, await tokenFor(app, admin), 'disable', [late, other])
    expect(outcomes(raced)).toEqual([
      [late, 'user_state'],
      [other, 'done'],
    ])
    expect(await statusesOf([officer, late])).toEqual(['active', 'active'])
    expect(await waiting()).toHaveLength(2)
  })

  test('brings an admin who was disabled back as a customer', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const officer = await insertUser(app, 'admin', `status = 'disabled'`)
    const [user = ''] = await customers(app, 1, `status = 'disabled'`)
    await actOnList(app, await tokenFor(app, admin), 'enable', [officer, user])
    expect(await columnOf(officer, 'role')).toBe('customer')
    expect(await statusesOf([officer, user])).toEqual(['active', 'active'])
  })

  test('is signed out everywhere, and those are told who were signed in', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const [ada, bob, eve] = [await signedIn(app), await signedIn(app), await signedIn(app)]
    const idle = await app.hasAccount()
    const ids = await Promise.all([ada.account, bob.account, idle].map(userIdOf))
    await actOnList(app, await tokenFor(app, admin), 'end-sessions', ids)
    for (const { accessToken } of [ada, bob]) {
      expect((await me(app, { token: accessToken })).status).toBe(401)
    }
    expect((await me(app, { token: eve.accessToken })).status).toBe(200)
    const boxes = [ada.account, bob.account, idle, eve.account].map(({ email }) => email)
    await sendWaiting()
    expect(await mailsOf(boxes, 'You were signed out everywhere')).toEqual([1, 1, 0, 0])
  })

  test('is unlocked for everybody, by each of its names', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const accounts = await Promise.all([app.hasAccount(), app.hasAccount()])
    for (const { email, username } of accounts) {
      await failLogin(app, email, 3)
      await failLogin(app, username, 3)
    }
    const ids = await Promise.all(accounts.map(userIdOf))
    await actOnList(app, await tokenFor(app, admin), 'unlock', ids)
    for (const account of accounts) {
      expect((await tryLogin(app, account, account.password)).status).toBe(200)
    }
    await sendWaiting()
    const boxes = accounts.map(({ email }) => email)
    expect(await mailsOf(boxes, 'Your account was unlocked')).toEqual([1, 1])
  })

  test('is mailed resets, but for those who had enough of them', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const accounts = await Promise.all([app.hasAccount(), app.hasAccount()])
    const [one = '', two = ''] = await Promise.all(accounts.map(userIdOf))
    const frozen = await insertUser(app, 'customer', 'frozen_at = 1')
    const closing = await insertUser(app, 'customer', 'erasure_due_at = 9999999999999')
    const disabled = await insertUser(app, 'customer', `status = 'disabled'`)
    expect((await act(app, admin, `${one}/reset-password`)).status).toBe(202)
    const token = await tokenFor(app, admin)
    const answer = await actOnList(app, token, 'reset-password', [
      one,
      two,
      frozen,
      closing,
      disabled,
    ])
    expect(outcomes(answer)).toEqual([
      [one, 'too_many_requests'],
      [two, 'done'],
      [frozen, 'done'],
      [closing, 'user_state'],
      [disabled, 'user_state'],
    ])
    for (const { email } of accounts) {
      expect(await mailsNamed(email, 'Set a new password')).toHaveLength(1)
    }
    // The act on a single account does not tell.
    expect((await act(app, admin, `${one}/reset-password`)).status).toBe(202)
  })

  test('is nobody’s but an admin’s, with an app', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const ids = await customers(app, 1)
    for (const name of listActs) {
      const weak = await actOnList(app, await tokenFor(app, admin, 'email'), name, ids)
      expect(weak.body.code).toBe(CODE)
      const merchant = { id: await insertUser(app, 'merchant') }
      const other = await actOnList(app, await tokenFor(app, merchant), name, ids)
      expect(other.body.code).toBe('forbidden')
      expect((await app.post(`/api/admin/users/${name}/`, {}, { ip: freshAddress() })).status).toBe(
        401,
      )
    }
    expect(await statusesOf(ids)).toEqual(['active'])
  })
})
