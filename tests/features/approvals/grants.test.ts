import { describe, test } from 'vitest'
import type { App } from '../../support/acts'
import {
  act,
  changeRole,
  columnOf,
  insertUser,
  inviteUser,
  onlyAdmins,
  REASON,
  tokenFor,
} from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { noQueue, sendWaiting, waiting } from '../../support/mail-faults'
import { mailsNamed } from '../../support/mailbox'
import { many } from '../../support/many'
import { actsOf, approve, DAY, decide, eventsLike, runActs } from '../../support/pending-acts'

const WAITING = 'A new admin waits for your approval'

const UNUSABLE = [`status = 'disabled'`, 'frozen_at = 1', 'erasure_due_at = 9999999999999']

const statesOf = async (userId: string) =>
  (await actsOf(userId)).map(({ state }) => state).toSorted()

const ask = async (app: App, admin: { id: string }, userId: string, token?: string) =>
  app.send('PATCH', `/api/admin/users/${userId}/`, {
    json: { role: 'admin', reason: REASON },
    token: token ?? (await tokenFor(app, admin)),
    ip: freshAddress(),
  })

describe('to make an admin takes two', () => {
  test.for(['acts', 'grants'] as const)(
    'E-036: one asks, another approves by %s/, within a day; of parallel approvals one counts',
    async (path, { expect }) => {
      const app = startApp()
      const { one, two } = await onlyAdmins(app, 'one', 'two')
      const user = await insertUser(app, 'customer')
      const asked = await changeRole(app, one, user, 'admin')
      expect([asked.status, asked.body]).toMatchObject([
        202,
        { status: 'waiting_for_approval', user_id: user },
      ])
      const actId = String(asked.body['act_id'])
      expect(await columnOf(user, 'role')).toBe('customer')
      const token = await tokenFor(app, two)
      const listed = await app.send('GET', '/api/admin/acts/', { token })
      expect(listed.body['acts']).toMatchObject([
        { id: actId, role: 'admin', requested_by: one.id },
      ])

      const say = (admin: { id: string }, of = user) =>
        path === 'acts'
          ? approve(app, admin, actId)
          : act(app, admin, `${of}/grants/${actId}/approve`)
      expect((await say(one)).body.code).toBe('needs_another_admin')
      if (path === 'grants') {
        expect((await say(two, await insertUser(app, 'customer'))).status).toBe(404)
      }
      const answers = await Promise.all(Array.from({ length: many(50) }, () => say(two)))
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
      expect(await columnOf(user, 'role')).toBe('admin')
      expect(await eventsLike(user, 'user_role_changed')).toEqual([
        {
          event: 'user_role_changed',
          actor: two.id,
          data: { from: 'customer', to: 'admin', act: actId, requested_by: one.id },
        },
      ])
    },
  )

  test('an approval after a day, or of one who is no admin any more, is none', async ({
    expect,
  }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two', 'three')
    const user = await insertUser(app, 'customer')
    const { body } = await changeRole(app, one, user, 'admin')
    app.advance(DAY + 1)
    expect((await approve(app, two, body['act_id'])).status).toBe(404)
    const read = await app.send('GET', `/api/admin/users/${user}/`, {
      token: await tokenFor(app, two),
    })
    expect(read.body['waiting']).toEqual([])
    await Promise.all([runActs(app), runActs(app)])
    expect(await eventsLike(user, '%_stopped')).toEqual([
      { event: 'user_role_request_stopped', actor: 'system', data: { act: body['act_id'] } },
    ])

    const orphan = await changeRole(app, one, user, 'admin')
    const demoted = await changeRole(app, two, one.id, 'customer')
    expect(
      (await approve(app, { id: await insertUser(app, 'admin') }, demoted.body['act_id'])).status,
    ).toBe(204)
    expect((await approve(app, two, orphan.body['act_id'])).status).toBe(404)
    expect(await columnOf(user, 'role')).toBe('customer')
    // Of an act that nobody can approve a second one is no other.
    expect((await changeRole(app, two, user, 'admin')).status).toBe(202)
  })

  test('is one request for each account, for a day', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const user = await insertUser(app, 'customer')
    const count = many(40)
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => ask(app, index % 2 ? one : two, user)),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'user_state')).toHaveLength(count - 1)
    expect(await statesOf(user)).toEqual(['waiting'])
    // Refused, it has cost nothing.
    const token = await tokenFor(app, two)
    expect((await ask(app, two, user, token)).body.code).toBe('user_state')
    expect((await ask(app, two, await insertUser(app, 'customer'), token)).status).toBe(202)
    app.advance(DAY - 10)
    expect((await ask(app, one, user)).status).toBe(409)
    app.advance(11)
    const next = await ask(app, one, user)
    expect(next.status).toBe(202)
    expect((await approve(app, two, next.body['act_id'])).status).toBe(204)
  })

  test('is for an account in use', async ({ expect }) => {
    const app = startApp()
    const { one } = await onlyAdmins(app, 'one', 'two')
    for (const state of UNUSABLE) {
      const user = await insertUser(app, 'customer', state)
      expect([state, (await ask(app, one, user)).body.code]).toEqual([state, 'user_state'])
    }
  })

  test('any admin stops it, who asked for it too, and with a step-up', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    for (const admin of [one, two]) {
      const user = await insertUser(app, 'customer')
      const { body } = await ask(app, one, user)
      const actId = String(body['act_id'])
      const token = await tokenFor(app, admin)
      const stop = () => app.post(`/api/admin/acts/${actId}/stop/`, {}, { token })
      expect((await stop()).status).toBe(204)
      expect((await stop()).body.code).toBe('insufficient_user_authentication')
      expect((await decide(app, admin, 'stop', actId)).status).toBe(404)
      expect((await approve(app, two, actId)).status).toBe(404)
      expect(await eventsLike(user, '%_stopped')).toEqual([
        { event: 'user_role_request_stopped', actor: admin.id, data: { act: actId } },
      ])
    }
  })

  test('is told to the other admins, fifty at most', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const noticesTo = async ({ id }: { id: string }) =>
      mailsNamed(String(await columnOf(id, 'email')), WAITING, 0)
    const user = await insertUser(app, 'customer', `email = 'ada@example.net'`)
    const { body } = await ask(app, one, user)
    await sendWaiting()
    const [mail] = await noticesTo(two)
    expect(mail?.text).toContain('a…[at]example[.]net')
    expect(mail?.text).toContain(REASON)
    expect(mail?.text).not.toMatch(/https?:|IP address|ada@/)
    expect(await noticesTo(one)).toEqual([])
    expect(await noticesTo({ id: user })).toEqual([])
    expect((await approve(app, two, body['act_id'])).status).toBe(204)
    await inviteUser(app, one, { email: app.newAccount().email, role: 'admin' })
    await sendWaiting()
    expect(await noticesTo(two)).toHaveLength(2)

    // One who cannot administer has nothing to approve; of many those who have been here longest.
    const asked = async () => {
      const before = (await waiting()).length
      await ask(app, one, await insertUser(app, 'customer'))
      return (await waiting()).length - before
    }
    for (const state of UNUSABLE) {
      await insertUser(app, 'admin', `${state}, created_at = 1`)
    }
    expect(await asked()).toBe(2)
    for (let count = 0; count < 55; count++) await insertUser(app, 'admin')
    expect(await asked()).toBe(50)

    // Where the queue is down the request waits, and so do its mails.
    await sendWaiting()
    const other = await insertUser(app, 'customer')
    expect((await changeRole(startApp(noQueue()), one, other, 'admin')).status).toBe(202)
    expect(await statesOf(other)).toEqual(['waiting'])
    expect(await waiting()).toHaveLength(50)
    await sendWaiting()
    expect(await noticesTo(two)).toHaveLength(5)
  })
})
