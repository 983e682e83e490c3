import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { acceptInvitation, act, columnOf, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { noQueue, sendWaiting } from '../../support/mail-faults'
import { mailsNamed, mailsTo, nextMail, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import {
  DAY,
  eventsAbout,
  inviteAdmin,
  noticesTo,
  runActs,
  schedule,
  setUserById,
  soleAdmin,
  stateOfAct,
  stop,
  stopTokenOf,
  SUBJECT,
} from '../admin/support'

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
    await env.DB.prepare('UPDATE users SET last_login_at = 9000000000000000').run()
    await setUserById(one, 'last_login_at = NULL')
    await setUserById(late, 'last_login_at = 8000000000000000')
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
