import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type App, me } from '../support/acts'
import {
  acceptInvitation,
  act,
  columnOf,
  forgetAdmins,
  insertUser,
  inviteUser,
  tokenFor,
} from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { mailsNamed, mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { sendWaiting, noQueue } from '../support/mail-faults'
import { many } from '../support/many'
import { userIdOf } from '../support/rows-of'
import {
  check,
  DAY,
  eventsAbout,
  noticesTo,
  runActs,
  schedule,
  setUserById,
  soleAdmin,
  stateOfAct,
  stop,
  stopTokenOf,
  SUBJECT,
} from './support'

const inviteAdmin = (app: App, admin: { id: string }) => {
  const account = app.newAccount()
  return inviteUser(app, admin, { email: account.email, role: 'admin' })
}

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
    // The order makes no difference: the last to come, or one who was never told, is a colleague too.
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

  test('a colleague who accepts at the last moment is one', async ({ expect }) => {
    const app = startApp()
    const { one } = await soleAdmin(app, 0)
    const meanwhile = startApp((deps) => ({
      ...deps,
      db: new Proxy(deps.db, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key)
          if (typeof value !== 'function') return value
          if (key !== 'batch') return value.bind(target) as unknown
          return async (...args: unknown[]) => {
            await insertUser(app, 'admin')
            return Reflect.apply(value, target, args) as unknown
          }
        },
      }),
    }))
    const { email } = app.newAccount()
    const asked = await inviteUser(meanwhile, one, { email, role: 'admin' })
    expect([asked.status, asked.body.code]).toEqual([409, 'user_state'])
    expect(await mailsTo(email)).toEqual([])
  })
})

const forgetWaiting = () =>
  env.DB.prepare(`UPDATE pending_acts SET state = 'stopped' WHERE kind = 'invite_admin'`).run()

describe('an invitation by a sole admin who has had colleagues', () => {
  test('goes out after seven days, and makes an admin', async ({ expect }) => {
    const app = startApp()
    const { one } = await soleAdmin(app)
    const account = app.newAccount()
    const { body, userId, actId } = await schedule(app, one, account.email)
    const dueAt = Date.parse(String(body['due_at']))
    expect(Math.abs(dueAt - app.now().getTime() - 7 * DAY * 1000)).toBeLessThan(5000)
    const token = await tokenFor(app, one)
    const listed = await app.send('GET', '/api/admin/acts/', { token })
    expect(listed.body['acts']).toEqual([
      expect.objectContaining({ id: actId, kind: 'invite_admin', requested_by: one.id }),
    ])
    await runActs(app, new Date(dueAt - 1000))
    await sendWaiting()
    expect([await stateOfAct(actId), await mailsTo(account.email)]).toEqual(['waiting', []])
    app.advance(7 * DAY)
    await Promise.all([runActs(app, new Date(dueAt)), runActs(app, new Date(dueAt))])
    await sendWaiting()
    expect(await stateOfAct(actId)).toBe('done')
    const mails = await mailsTo(account.email)
    expect(mails).toHaveLength(1)
    expect(await columnOf(userId, 'role')).toBe('customer')
    const link = tokenIn(await nextMail(account.email))
    expect((await acceptInvitation(app, link, account)).status).toBe(200)
    expect(await columnOf(userId, 'role')).toBe('admin')
    expect(await eventsAbout(userId)).toEqual([
      `user_invitation_scheduled by ${one.id}`,
      'user_invited by system',
      `user_invitation_accepted by ${userId}`,
    ])
    // Now there is a second one, who approves.
    expect((await inviteAdmin(app, one)).body.status).toBe('waiting_for_approval')
  })

  test('is told to all who have ever been admins, each with a link of their own', async ({
    expect,
  }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 6)
    const [plain, second, disabled, closing, frozen, unproved] = former
    if (!plain || !second || !disabled || !closing || !frozen || !unproved) throw new Error('six')
    await setUserById(second, `notification_email = 'second@example.net'`)
    await setUserById(disabled, `role = 'admin', status = 'disabled'`)
    await setUserById(closing, `role = 'admin', erasure_due_at = 9999999999999`)
    await setUserById(frozen, `role = 'admin', frozen_at = 1`)
    await setUserById(unproved, 'email_verified_at = NULL')
    await schedule(
      startApp((deps) => noQueue()({ ...deps, now: app.now })),
      one,
      'ada@example.org',
    )
    const told = [one, plain, second, disabled, closing, frozen]
    const links = new Set<string>()
    for (const user of told) {
      const mails = await noticesTo(user)
      expect(mails).toHaveLength(1)
      expect(mails[0]?.text).toContain('a…[at]example[.]org')
      expect(mails[0]?.text).not.toContain('ada@example.org')
      links.add(await stopTokenOf(user))
    }
    expect(links.size).toBe(told.length)
    expect(await noticesTo(unproved)).toEqual([])
    expect(await mailsNamed('second@example.net', SUBJECT)).toHaveLength(1)
  })

  test('is told to fifty, those who have signed in last, and the one who asks', async ({
    expect,
  }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 50)
    const [late, lucky] = former
    if (!late || !lucky) throw new Error('fifty')
    await env.DB.prepare('UPDATE users SET last_login_at = 2').run()
    await setUserById(one, 'last_login_at = NULL')
    await setUserById(late, 'last_login_at = 1')
    await schedule(app, one)
    for (const user of [one, lucky]) expect(await noticesTo(user)).toHaveLength(1)
    expect(await noticesTo(late)).toEqual([])
    const { results } = await env.DB.prepare(
      `SELECT 1 FROM mailed_tokens WHERE purpose = 'stop_act' AND user_id IN
         (SELECT user_id FROM admin_appointments)`,
    ).run()
    expect(results).toHaveLength(50)
  })

  test('is stopped by each of them, once', async ({ expect }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 3)
    const [, , gone] = former
    if (!gone) throw new Error('three')
    for (const user of [one, ...former]) {
      const { userId, actId, email } = await schedule(app, one)
      const token = await stopTokenOf(user)
      if (user === gone) {
        // What the sole admin does to a former one leaves the link.
        expect((await act(app, one, `${gone.id}/disable`)).status).toBe(204)
      }
      const answers = await Promise.all(Array.from({ length: many(50) }, () => stop(app, token)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const [other] = former.filter(({ id }) => id !== user.id)
      if (!other) throw new Error('another')
      expect((await stop(app, await stopTokenOf(other))).body.code).toBe('invalid_token')
      expect(await stateOfAct(actId)).toBe('stopped')
      expect(await eventsAbout(userId)).toEqual([
        `user_invitation_scheduled by ${one.id}`,
        `user_invitation_stopped by ${user.id}`,
      ])
      app.advance(7 * DAY + 1)
      await runActs(app)
      await sendWaiting()
      expect(await mailsTo(email)).toEqual([])
    }
  })

  test('of eight who stop it at once one has stopped it', async ({ expect }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 8)
    const { userId } = await schedule(app, one)
    const tokens = await Promise.all(former.map(stopTokenOf))
    const answers = await Promise.all(tokens.map((token) => stop(app, token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(7)
    expect(await eventsAbout(userId)).toHaveLength(2)
  })

  test('keeps its link though the factors of a former admin are removed meanwhile', async ({
    expect,
  }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 1)
    const [target] = former
    if (!target) throw new Error('one')
    await env.DB.prepare(
      `INSERT INTO totp_authenticators VALUES (?, 'aut', 'my phone', 'sealed', 'ses_x', 1, 1)`,
    )
      .bind(target.id)
      .run()
    await schedule(app, one)
    const token = await stopTokenOf(target)
    expect((await act(app, one, `${target.id}/remove-factors`)).status).toBe(202)
    app.advance(DAY + 1)
    expect((await runActs(app))['acts']).toBe(1)
    expect((await stop(app, token)).status).toBe(200)
  })

  test('waits alone: of many at once one is scheduled, and a refused one costs nothing', async ({
    expect,
  }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 1)
    // An account may invite ten times an hour.
    const count = 6
    const answers = await Promise.all(Array.from({ length: count }, () => inviteAdmin(app, one)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(count - 1)
    for (const user of former) expect(await noticesTo(user)).toHaveLength(1)
    const token = await tokenFor(app, one)
    const ask = (role: string) =>
      app.post(
        '/api/users/create/',
        { email: app.newAccount().email, role },
        { token, ip: freshAddress() },
      )
    expect((await ask('admin')).body.code).toBe('already_scheduled')
    expect((await ask('merchant')).status).toBe(201)
    // Once stopped, it may be asked for again.
    expect((await stop(app, await stopTokenOf(one))).status).toBe(200)
    await schedule(app, one)
  })
})

describe('a scheduled invitation ends', () => {
  const changes: Record<
    string,
    (app: App, one: { id: string }, userId: string, email: string) => Promise<unknown>
  > = {
    'with the role of the admin': (_app, one) => setUserById(one, `role = 'customer'`),
    'when the admin is frozen': (_app, one) => setUserById(one, 'frozen_at = 1'),
    'when the admin is about to be erased': (_app, one) =>
      setUserById(one, 'erasure_due_at = 9e12'),
    'when a colleague appears': (app) => insertUser(app, 'admin'),
    'when the invited account is disabled': (app, one, userId) =>
      act(app, one, `${userId}/disable`),
    'when it is disabled and enabled': async (app, one, userId) => {
      await act(app, one, `${userId}/disable`)
      await act(app, one, `${userId}/enable`)
    },
    'when it is invited anew': (app, one, _userId, email) => inviteUser(app, one, { email }),
    'when its address has changed': (_app, _one, userId) =>
      setUserById({ id: userId }, `email_key = 'else-${userId.toLowerCase()}@example.com'`),
  }

  test.for(Object.entries(changes))('%s, for good', async ([, change], { expect }) => {
    const app = startApp()
    const { one } = await soleAdmin(app)
    const { userId, actId, email } = await schedule(app, one)
    await change(app, one, userId, email)
    const before = (await mailsTo(email)).length
    expect((await runActs(app))['closed']).toBe(1)
    expect(await stateOfAct(actId)).toBe('stopped')
    expect(await eventsAbout(userId)).toContain('user_invitation_stopped by system')
    // What stopped it goes away again, and its day comes.
    await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()
    await setUserById(one, `role = 'admin', frozen_at = NULL, erasure_due_at = NULL`)
    app.advance(7 * DAY + 1)
    await runActs(app)
    await sendWaiting()
    expect((await mailsTo(email)).length).toBe(before)
  })

  test('between its day and the batch as well', async ({ expect }) => {
    const app = startApp()
    const { one } = await soleAdmin(app)
    const { email, actId } = await schedule(app, one)
    app.advance(7 * DAY)
    const colleague = await insertUser(app, 'admin')
    await Promise.all([runActs(app), runActs(app)])
    await sendWaiting()
    expect([await mailsTo(email), await stateOfAct(actId)]).toEqual([[], 'stopped'])
    await setUserById({ id: colleague }, `role = 'customer'`)
  })

  test('when its owner signs up with the address and confirms it', async ({ expect }) => {
    const app = startApp()
    const { one } = await soleAdmin(app)
    const account = app.newAccount()
    const { userId, actId } = await schedule(app, one, account.email)
    const ip = freshAddress()
    expect((await app.post('/api/users/create/', account, { ip })).status).toBe(202)
    const token = tokenIn(await nextMail(account.email))
    expect((await app.post('/api/auth/verify-email/', { token }, { ip })).status).toBe(200)
    const id = await userIdOf(account)
    expect(id).not.toBe(userId)
    app.advance(7 * DAY + 1)
    await runActs(app)
    await sendWaiting()
    expect(await stateOfAct(actId)).not.toBe('waiting')
    expect(await columnOf(id, 'role')).toBe('customer')
    const subjects = (await mailsTo(account.email)).map(({ subject }) => subject)
    expect(subjects).not.toContain('You are invited to Phantom')
  })
})

test('a sent invitation of a sole admin is void with the next admin', async ({ expect }) => {
  const app = startApp()
  const { one } = await soleAdmin(app)
  const links: string[] = []
  for (let count = 0; count < 2; count++) {
    const { email } = await schedule(app, one)
    app.advance(7 * DAY - 60)
    await runActs(app)
    app.advance(60)
    await runActs(app)
    await sendWaiting()
    links.push(tokenIn(await nextMail(email)))
  }
  const [older = '', token = ''] = links
  // The one before is as old as an invitation may be.
  expect((await check(app, older)).status).toBe(400)
  expect((await check(app, token)).status).toBe(200)
  const colleague = { id: await insertUser(app, 'admin') }
  expect((await check(app, token)).status).toBe(400)
  await setUserById(colleague, 'frozen_at = 1')
  expect((await check(app, token)).status).toBe(200)
  await setUserById(one, 'frozen_at = 1')
  expect((await check(app, token)).status).toBe(400)
  expect((await me(app, { token: await tokenFor(app, one).catch(() => 'none') })).status).toBe(401)
})
