import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/crypto/token'
import type { App } from '../support/acts'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  forgetAdmins,
  insertUser,
  inviteUser,
  REASON,
  tokenFor,
} from '../support/admins'
import { type Account, freshAddress, startApp } from '../support/app'
import { noQueue, sendWaiting, waiting } from '../support/mail-faults'
import { mailsNamed, mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { rowsOf, userIdOf } from '../support/rows-of'

/** As many admins as there are in the whole system. */
async function onlyAdmins<const Names extends readonly string[]>(app: App, ...names: Names) {
  await forgetAdmins()
  const entries = names.map(async (name) => [name, { id: await insertUser(app, 'admin') }])
  return Object.fromEntries(await Promise.all(entries)) as Record<Names[number], { id: string }>
}

const approve = (app: App, admin: { id: string }, userId: unknown, actId: unknown) =>
  act(app, admin, `${String(userId)}/grants/${String(actId)}/approve`)

/** The link of an invitation to be an admin, which one has asked for and another approved. */
async function approvedLink(app: App, account: Account, one: { id: string }, two: { id: string }) {
  const { body } = await inviteUser(app, one, { email: account.email, role: 'admin' })
  const approved = await approve(app, two, body['user_id'], body['act_id'])
  if (approved.status !== 204) throw new Error(approved.text)
  return tokenIn(await nextMail(account.email))
}

const check = (app: App, token: string) =>
  app.post('/api/users/accept-invitation/check/', { token }, { ip: freshAddress() })

describe('an invitation to be an admin', () => {
  test('is the word of both who made it, and of neither alone', async ({ expect }) => {
    const app = startApp()
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    for (const gone of [one, two]) {
      const account = app.newAccount()
      const token = await approvedLink(app, account, one, two)
      expect((await check(app, token)).status).toBe(200)
      await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE id = ?`).bind(gone.id).run()
      expect((await check(app, token)).body.code).toBe('invalid_token')
      expect((await acceptInvitation(app, token, account)).body.code).toBe('invalid_token')
      expect(await columnOf(await userIdOf(account), 'role')).toBe('customer')
      await env.DB.prepare(`UPDATE users SET role = 'admin' WHERE id = ?`).bind(gone.id).run()
    }
    const account = app.newAccount()
    const token = await approvedLink(app, account, one, two)
    expect((await changeRole(app, one, three.id, 'customer')).status).toBe(204)
    expect((await acceptInvitation(app, token, account)).status).toBe(200)
  })

  test('is sent once, however many approve it at once', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const { email } = app.newAccount()
    const { body } = await inviteUser(app, one, { email, role: 'admin' })
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => approve(app, two, body['user_id'], body['act_id'])),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(await mailsTo(email)).toHaveLength(1)
  })

  test('by the bootstrap secret is void once anybody is an admin', async ({ expect }) => {
    await onlyAdmins(startApp())
    const accounts = []
    for (let count = 0; count < 2; count++) {
      const secret = randomToken()
      const app = startApp((deps) => ({
        ...deps,
        settings: { ...deps.settings, BOOTSTRAP_TOKEN: secret },
      }))
      const account = app.newAccount()
      const json = { token: secret, email: account.email }
      const started = await app.post('/api/admin/bootstrap/', json, { ip: freshAddress() })
      expect(started.status).toBe(202)
      accounts.push({ app, account, token: tokenIn(await nextMail(account.email)) })
    }
    const answers = await Promise.all(
      accounts.map(({ app, token, account }) => acceptInvitation(app, token, account)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(1)
    // Not even a disabled admin brings it back.
    await env.DB.prepare(`UPDATE users SET status = 'disabled' WHERE role = 'admin'`).run()
    for (const { app, token } of accounts) {
      expect((await check(app, token)).body.code).toBe('invalid_token')
    }
  })

  test('by a sole admin is void once there is a second', async ({ expect }) => {
    const app = startApp()
    const { one } = await onlyAdmins(app, 'one')
    const stock = []
    for (let count = 0; count < 3; count++) {
      const account = app.newAccount()
      const invited = await inviteUser(app, one, { email: account.email, role: 'admin' })
      expect(invited.status).toBe(201)
      stock.push({ account, token: tokenIn(await nextMail(account.email)) })
    }
    const answers = await Promise.all(
      stock.map(({ account, token }) => acceptInvitation(app, token, account)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(2)
  })
})

test('what an admin has sent ends when it is disabled; a demotion ends what gives power', async ({
  expect,
}) => {
  const app = startApp()
  for (const how of ['disable', 'demote', 'disable the one who asked'] as const) {
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    const [customer, admin] = [app.newAccount(), app.newAccount()]
    await inviteUser(app, two, { email: customer.email })
    const link = tokenIn(await nextMail(customer.email))
    const other = how === 'disable the one who asked'
    const adminLink = await approvedLink(app, admin, other ? two : one, other ? one : two)
    const done =
      how === 'demote'
        ? await changeRole(app, three, two.id, 'customer')
        : await act(app, three, `${two.id}/disable`)
    expect(done.status).toBe(204)
    // For good, not only while it is no admin.
    await env.DB.prepare(`UPDATE users SET role = 'admin', status = 'active' WHERE id = ?`)
      .bind(two.id)
      .run()
    expect((await check(app, adminLink)).body.code).toBe('invalid_token')
    expect([how, (await check(app, link)).status]).toEqual([how, how === 'demote' ? 200 : 400])
  }
})

describe('a grant that waits', () => {
  test('is one for each account, for a day', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const user = await insertUser(app, 'customer')
    const count = many(40)
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        changeRole(app, index % 2 ? one : two, user, 'admin'),
      ),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'user_state')).toHaveLength(count - 1)
    expect(await statesOf(user)).toEqual(['waiting'])
    // Refused, it has cost nothing.
    const token = await tokenFor(app, two)
    const ask = (id: string) =>
      app.send('PATCH', `/api/admin/users/${id}/`, {
        json: { role: 'admin', reason: REASON },
        token,
        ip: freshAddress(),
      })
    expect((await ask(user)).body.code).toBe('user_state')
    expect((await ask(await insertUser(app, 'customer'))).status).toBe(202)
    app.advance(86_390)
    expect((await changeRole(app, one, user, 'admin')).status).toBe(409)
    app.advance(11)
    const next = await changeRole(app, one, user, 'admin')
    expect(next.status).toBe(202)
    expect((await approve(app, two, user, next.body['act_id'])).status).toBe(204)
    expect(await statesOf(user)).toEqual(['done', 'stopped'])
  })

  test('is told to the other admins, fifty at most', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const noticesTo = async ({ id }: { id: string }) =>
      mailsNamed(String(await columnOf(id, 'email')), WAITING, 0)
    const user = await insertUser(app, 'customer', `email = 'ada@example.net'`)
    const { body } = await changeRole(app, one, user, 'admin')
    await sendWaiting()
    const [mail] = await noticesTo(two)
    expect(mail?.text).toContain('a…[at]example[.]net')
    expect(mail?.text).toContain(REASON)
    expect(mail?.text).not.toMatch(/https?:|IP address|ada@/)
    expect(await noticesTo(one)).toEqual([])
    expect(await noticesTo({ id: user })).toEqual([])
    expect((await approve(app, two, user, body['act_id'])).status).toBe(204)
    await inviteUser(app, one, { email: app.newAccount().email, role: 'admin' })
    await sendWaiting()
    expect(await noticesTo(two)).toHaveLength(2)

    // One who cannot administer has nothing to approve; of many those who have been here longest.
    const ask = async () => {
      const before = (await waiting()).length
      await changeRole(app, one, await insertUser(app, 'customer'), 'admin')
      return (await waiting()).length - before
    }
    for (const state of [
      `status = 'disabled'`,
      'frozen_at = 1',
      'erasure_due_at = 9999999999999',
    ]) {
      await insertUser(app, 'admin', `${state}, created_at = 1`)
    }
    expect(await ask()).toBe(2)
    for (let count = 0; count < 55; count++) await insertUser(app, 'admin')
    expect(await ask()).toBe(50)

    // Where the queue is down the request waits, and so do its mails.
    await sendWaiting()
    const other = await insertUser(app, 'customer')
    expect((await changeRole(startApp(noQueue()), one, other, 'admin')).status).toBe(202)
    expect(await statesOf(other)).toEqual(['waiting'])
    expect(await waiting()).toHaveLength(50)
    await sendWaiting()
    expect(await noticesTo(two)).toHaveLength(5)
  })

  test('ends when the account is not what was asked about any more', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const changes = {
      disable: async (id: string) => [
        await act(app, two, `${id}/disable`),
        await act(app, two, `${id}/enable`),
      ],
      role: async (id: string) => [await changeRole(app, two, id, 'merchant')],
    }
    for (const [name, change] of Object.entries(changes)) {
      const user = await insertUser(app, 'customer')
      const { body } = await changeRole(app, one, user, 'admin')
      for (const { status } of await change(user)) expect([name, status]).toEqual([name, 204])
      expect((await approve(app, two, user, body['act_id'])).status).toBe(404)
      expect(await statesOf(user)).toEqual(['stopped'])
      const { results } = await env.DB.prepare(
        `SELECT actor FROM audit_events WHERE user_id = ? AND event = 'user_role_request_stopped'`,
      )
        .bind(user)
        .run()
      expect(results).toEqual([{ actor: two.id }])
    }
    const { email } = app.newAccount()
    const { body } = await inviteUser(app, one, { email, role: 'admin' })
    expect((await inviteUser(app, one, { email })).status).toBe(201)
    expect((await approve(app, two, body['user_id'], body['act_id'])).status).toBe(404)
    expect(await statesOf(String(body['user_id']))).toEqual(['stopped'])
  })
})

const WAITING = 'A new admin waits for your approval'

const statesOf = async (userId: string) =>
  (await rowsOf(userId))
    .get('pending_acts')
    ?.map(({ state }) => state)
    .toSorted()
