import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type App, me } from '../../support/acts'
import { act, columnOf, insertUser, inviteUser, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { sendWaiting } from '../../support/mail-faults'
import { mailsTo, nextMail, tokenIn } from '../../support/mailbox'
import { userIdOf } from '../../support/rows-of'
import {
  check,
  DAY,
  eventsAbout,
  runActs,
  schedule,
  setUserById,
  soleAdmin,
  stateOfAct,
} from '../admin/support'

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
    'when its status has changed': (_app, _one, userId) =>
      setUserById({ id: userId }, `status = 'active'`),
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
