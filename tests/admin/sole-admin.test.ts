import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import { acceptInvitation, forgetAdmins, insertUser, inviteUser } from '../support/admins'
import { startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { check, inviteAdmin, setUserById, soleAdmin } from './support'

const forgetWaiting = () =>
  env.DB.prepare(`UPDATE pending_acts SET state = 'stopped' WHERE kind = 'invite_admin'`).run()

describe('E-036: to make an admin takes two, also where one has got rid of the others', () => {
  test('in whatever way they went, the one who is left makes no accomplice alone', async ({
    expect,
  }) => {
    const app = startApp()
    for (const gone of [
      `role = 'customer'`,
      `role = 'merchant'`,
      `status = 'disabled'`,
      'frozen_at = 1',
      'erasure_due_at = 9999999999999',
    ]) {
      await forgetAdmins()
      const [evil, ...others] = [
        { id: await insertUser(app, 'admin') },
        { id: await insertUser(app, 'admin') },
        { id: await insertUser(app, 'admin') },
      ] as const
      for (const other of others) await setUserById(other, gone)
      const asked = await inviteAdmin(app, evil)
      expect([gone, asked.status, asked.body.status]).toEqual([gone, 202, 'scheduled'])
    }
    // The order makes no difference: the last to come, or one who was never told, is a colleague
    // too.
    await forgetAdmins()
    const first = { id: await insertUser(app, 'admin') }
    const evil = { id: await insertUser(app, 'admin') }
    await setUserById(first, `role = 'customer'`)
    expect((await inviteAdmin(app, evil)).body.status).toBe('scheduled')
    await env.DB.batch([
      env.DB.prepare('DELETE FROM mailed_tokens WHERE user_id = ?').bind(first.id),
      env.DB.prepare('DELETE FROM users WHERE id = ?').bind(first.id),
    ])
    await forgetWaiting()
    expect((await inviteAdmin(app, evil)).body.status).toBe('scheduled')
  })

  test('one who has never had a colleague invites alone, until the first has accepted', async ({
    expect,
  }) => {
    const app = startApp()
    const { one } = await soleAdmin(app, 0)
    const stock = []
    for (let count = 0; count < 3; count++) {
      const account = app.newAccount()
      const json = { email: account.email, role: 'admin' }
      expect((await inviteUser(app, one, json)).status).toBe(201)
      stock.push({ account, token: tokenIn(await nextMail(account.email)) })
    }
    // Invited is not appointed.
    expect((await inviteAdmin(app, one)).status).toBe(201)
    const answers = await Promise.all(
      stock.map(({ account, token }) => acceptInvitation(app, token, account)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin' AND id <> ?`)
      .bind(one.id)
      .run()
    // For good: the others do not come back with the end of the second.
    for (const { token } of stock) expect((await check(app, token)).status).toBe(400)
    expect((await inviteAdmin(app, one)).body.status).toBe('scheduled')
  })

  test('a colleague who appears at the last moment is one', async ({ expect }) => {
    const secret = randomToken()
    for (const [colleagues, extra] of [
      [0, {}],
      [1, {}],
      [1, { bootstrap_token: secret }],
    ] as const) {
      const app = startApp()
      const { one } = await soleAdmin(app, colleagues)
      const meanwhile = startApp((deps) =>
        beforeBatch(() => insertUser(app, 'admin'))({
          ...deps,
          settings: { ...deps.settings, BOOTSTRAP_TOKEN: secret },
        }),
      )
      const { email } = app.newAccount()
      const asked = await inviteUser(meanwhile, one, { email, role: 'admin', ...extra })
      const refused = 'bootstrap_token' in extra ? [400, 'invalid_request'] : [409, 'user_state']
      expect([asked.status, asked.body.code]).toEqual(refused)
      expect(await mailsTo(email)).toEqual([])
      expect(await env.DB.prepare('SELECT 1 FROM users WHERE email = ?').bind(email).first()).toBe(
        null,
      )
    }
  })
})
