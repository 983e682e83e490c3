import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { runPendingActs } from '../../../src/features/approvals/run-pending-acts'
import { depsAt } from '../../crons/support'
import { withTotp } from '../../support/acts'
import { act, changeRole, columnOf, insertUser, onlyAdmins, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { many } from '../../support/many'
import { startMeter } from '../../support/meter'
import {
  actsOf,
  approve,
  DAY,
  decide,
  eventsLike,
  insertAct,
  runActs,
} from '../../support/pending-acts'

const isAdmin = async ({ id }: { id: string }) =>
  (await columnOf(id, 'role')) === 'admin' && (await columnOf(id, 'status')) === 'active'

describe('E-036: acts that wait, at once', () => {
  test('a stop and an approval: one of them, and events of that alone', async ({ expect }) => {
    const app = startApp()
    for (let round = 0; round < many(20); round++) {
      const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
      const { body } = await changeRole(app, one, two.id, 'customer')
      const [approved, stopped] = await Promise.all([
        approve(app, three, body['act_id']),
        decide(app, one, 'stop', body['act_id']),
      ])
      expect([approved, stopped].filter(({ status }) => status === 204)).toHaveLength(1)
      expect(await isAdmin(two)).toBe(stopped.status === 204)
      const events = [
        ...(await eventsLike(two.id, 'user_role_changed')),
        ...(await eventsLike(two.id, '%_stopped')),
      ]
      expect(events).toHaveLength(1)
    }
  })

  test('approvals of two admins and the job on its day: once', async ({ expect }) => {
    const app = startApp()
    for (let round = 0; round < many(20); round++) {
      const { one, two, three, four } = await onlyAdmins(app, 'one', 'two', 'three', 'four')
      const { body } = await changeRole(app, one, two.id, 'customer')
      app.advance(DAY + 1)
      await Promise.all([
        approve(app, three, body['act_id']),
        approve(app, four, body['act_id']),
        runActs(app),
      ])
      expect(await isAdmin(two)).toBe(false)
      expect(await eventsLike(two.id, 'user_role_changed')).toHaveLength(1)
    }
  })

  test('E-110: two admins who take each other away: one is left, by approval or by the job', async ({
    expect,
  }) => {
    const app = startApp()
    for (let round = 0; round < many(20); round++) {
      const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
      const asked = await Promise.all([
        changeRole(app, one, two.id, 'customer'),
        round % 2 ? act(app, two, `${one.id}/disable`) : changeRole(app, two, one.id, 'merchant'),
      ])
      expect(asked.map(({ status }) => status)).toEqual([202, 202])
      if (round % 4 < 2) {
        await Promise.all(asked.map(({ body }) => approve(app, three, body['act_id'])))
      } else {
        app.advance(DAY + 1)
        await Promise.all([runActs(app), runActs(app)])
      }
      expect([await isAdmin(one), await isAdmin(two)].filter(Boolean)).toHaveLength(1)
    }
  })

  test('an approval, and a change of what it is about: never both', async ({ expect }) => {
    const app = startApp()
    for (let round = 0; round < many(20); round++) {
      const { one, two } = await onlyAdmins(app, 'one', 'two')
      const user = await insertUser(app, 'customer')
      const token = await tokenFor(app, { id: user })
      const { body } = await changeRole(app, one, user, 'admin')
      const [approved, moved] = await Promise.all([
        approve(app, two, body['act_id']),
        app.send('DELETE', '/api/users/me/', { token, ip: freshAddress() }),
      ])
      expect([approved.status === 204, moved.status === 202]).toContain(true)
      expect(approved.status === 204 && moved.status === 202).toBe(false)
      expect(await columnOf(user, 'role')).toBe(approved.status === 204 ? 'admin' : 'customer')
    }
  })
})

test('an act that fails each time keeps no other from its turn', async ({ expect }) => {
  const app = startApp()
  const { one } = await onlyAdmins(app, 'one')
  const now = app.now().getTime()
  const targets = await Promise.all(Array.from({ length: 52 }, () => insertUser(app, 'admin')))
  const [last = '', ...failing] = targets
  // No mail can be made for these.
  for (const id of failing) {
    await insertAct('disable_admin', id, { by: one.id })
    await env.DB.prepare(`UPDATE users SET email = 'not an address' || id WHERE id = ?`)
      .bind(id)
      .run()
  }
  await insertAct('disable_admin', last, { by: one.id, dueAt: 2 })
  expect(await runActs(app)).toEqual({ acts: 0, closed: 0, failed: 50 })
  expect(await runActs(app)).toEqual({ acts: 1, closed: 0, failed: 1 })
  expect(await columnOf(last, 'status')).toBe('disabled')
  // They are tried again an hour later, and count as failed until they are done.
  expect(await runActs(app)).toEqual({ acts: 0, closed: 0, failed: 0 })
  app.advance(3601)
  expect(await runActs(app)).toEqual({ acts: 0, closed: 0, failed: 50 })
  const due = await env.DB.prepare(
    `SELECT count(*) AS n FROM pending_acts
     WHERE state = 'waiting' AND due_at > ? AND requested_by = ?`,
  )
    .bind(now, one.id)
    .first('n')
  expect(due).toBe(51)
})

test('a run reads what is due, however much waits or is done', async ({ expect }) => {
  const { meter, read } = startMeter()
  const app = startApp()
  const { one } = await onlyAdmins(app, 'one')
  const { userId } = await withTotp(app)
  const now = app.now().getTime()
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
     INSERT INTO pending_acts (id, kind, user_id, requested_by, reason, created_at, due_at, state)
     SELECT 'act_' || i, 'remove_factors', ?1, ?2, 'x', 0, ?3 + i,
       CASE WHEN i % 2 THEN 'waiting' ELSE 'done' END FROM n`,
  )
    .bind(one.id, one.id, now + DAY * 1000)
    .run()
  await insertAct('remove_factors', userId, { by: one.id, dueAt: now })
  const deps = depsAt(app, meter)
  read()
  expect(await runPendingActs(deps)).toEqual({ acts: 1, closed: 0, failed: 0 })
  expect(read().rowsRead).toBeLessThan(100)
  expect(await actsOf(userId)).toMatchObject([{ state: 'done' }])
})
