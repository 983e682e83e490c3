import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import type { App } from '../support/acts'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  inviteUser,
  onlyAdmins,
} from '../support/admins'
import { type Account, freshAddress, startApp } from '../support/app'
import { sendWaiting } from '../support/mail-faults'
import { mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { approve } from '../support/pending-acts'
import { userIdOf } from '../support/rows-of'

type Admin = { id: string }

/** The link of an invitation to be an admin, which one has asked for and another approved. */
async function approvedLink(app: App, account: Account, one: Admin, two: Admin) {
  const { body } = await inviteUser(app, one, { email: account.email, role: 'admin' })
  const approved = await approve(app, two, body['act_id'])
  if (approved.status !== 204) throw new Error(approved.text)
  await sendWaiting()
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
    const { body } = await changeRole(app, one, three.id, 'customer')
    expect((await approve(app, two, body['act_id'])).status).toBe(204)
    expect((await acceptInvitation(app, token, account)).status).toBe(200)
  })

  test('E-036: is sent once, however many approve it at once', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const { email } = app.newAccount()
    const { body } = await inviteUser(app, one, { email, role: 'admin' })
    expect((await approve(app, one, body['act_id'])).body.code).toBe('needs_another_admin')
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => approve(app, two, body['act_id'])),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    await sendWaiting()
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
    // The third admin waits for an approval.
    const third = app.newAccount()
    const waiting = await inviteUser(app, one, { email: third.email, role: 'admin' })
    expect([waiting.status, waiting.body.status]).toEqual([202, 'waiting_for_approval'])
    await sendWaiting()
    expect(await mailsTo(third.email)).toEqual([])
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
    const { body } =
      how === 'demote'
        ? await changeRole(app, three, two.id, 'customer')
        : await act(app, three, `${two.id}/disable`)
    expect((await approve(app, one, body['act_id'])).status).toBe(204)
    // For good, not only while it is no admin.
    await env.DB.prepare(`UPDATE users SET role = 'admin', status = 'active' WHERE id = ?`)
      .bind(two.id)
      .run()
    expect((await check(app, adminLink)).body.code).toBe('invalid_token')
    expect([how, (await check(app, link)).status]).toEqual([how, how === 'demote' ? 200 : 400])
  }
})
