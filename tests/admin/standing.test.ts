import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { isStanding } from '../../src/users/invitation'
import { sql } from 'drizzle-orm'
import { forgetAdmins, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'
import { testDeps } from '../support/test-deps'
import { purgeUnconfirmed } from '../../src/jobs/purge-unconfirmed'
import { runPendingActs } from '../../src/jobs/run-pending-acts'
import { setUserById } from './support'

type Admins = 'nobody' | 'once' | 'frozen' | 'alone' | 'alone, had one' | 'one more'

/** Who there is beside the admin by whom, or for whom, an invitation is. */
const arrange = async (admins: Admins) => {
  const app = startApp()
  await forgetAdmins()
  const a = { id: await insertUser(app, 'admin') }
  const b = { id: await insertUser(app, admins === 'one more' ? 'admin' : 'customer') }
  if (admins === 'alone, had one') {
    await setUserById(b, `role = 'admin'`)
    await setUserById(b, `role = 'customer'`)
  }
  if (admins === 'nobody') {
    await forgetAdmins()
  }
  if (admins === 'once') await setUserById(a, `role = 'customer'`)
  if (admins === 'frozen') await setUserById(a, 'frozen_at = 1')
  return { a: a.id, b: b.id }
}

const standing = async (data: object) => {
  const [row] = await testDeps().db.all<{ is: number }>(
    sql`SELECT ${isStanding(JSON.stringify(data))} AS "is"`,
  )
  return row?.is
}

describe('whether an invitation of an admin stands', () => {
  const table = [
    // Who there is:     the first admin's, one alone, two, the sole one's by secret and by its day
    ['nobody', 1, 0, 0, 0, 0],
    ['once', 1, 0, 0, 0, 0],
    ['frozen', 0, 0, 0, 0, 0],
    ['alone', 0, 1, 0, 1, 1],
    ['alone, had one', 0, 0, 0, 1, 1],
    ['one more', 0, 0, 1, 0, 0],
  ] as const

  test.for(table)('with admins: %s', async ([admins, ...expected], { expect }) => {
    const { a, b } = await arrange(admins)
    const role = 'admin'
    const found = [
      await standing({ role, by: 'bootstrap', requestedBy: null }),
      await standing({ role, by: a, requestedBy: null }),
      await standing({ role, by: b, requestedBy: a }),
      await standing({ role, by: 'bootstrap', requestedBy: a }),
      await standing({ role, by: 'system', requestedBy: a }),
    ]
    expect(found).toEqual(expected)
    // Of another role it outlives its sender, and of nobody known it is nobody's word.
    expect(await standing({ role: 'merchant', by: a, requestedBy: null })).toBe(1)
    expect(await standing({ role, by: 'usr_nobody', requestedBy: null })).toBe(0)
    expect(await standing({ role, by: 'system', requestedBy: null })).toBe(0)
  })
})

test('admins are appointed by whatever statement gives the role, and stay so', async ({
  expect,
}) => {
  const app = startApp()
  await forgetAdmins()
  const appointed = async () =>
    (
      await env.DB.prepare('SELECT user_id FROM admin_appointments ORDER BY user_id').run<{
        user_id: string
      }>()
    ).results.map(({ user_id }) => user_id)
  const inserted = await insertUser(app, 'admin')
  const updated = await insertUser(app, 'customer')
  await setUserById({ id: updated }, `role = 'admin'`)
  await setUserById({ id: updated }, `role = 'admin', display_name = 'Ada'`)
  const upserted = await insertUser(app, 'customer')
  await env.DB.prepare(
    `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
     SELECT id, email, email_key, 'admin', status, password_hash, created_at FROM users
     WHERE id = ? ON CONFLICT (email_key) DO UPDATE SET role = 'admin'`,
  )
    .bind(upserted)
    .run()
  await insertUser(app, 'customer')
  await insertUser(app, 'merchant')
  const all = [inserted, updated, upserted].toSorted()
  expect(await appointed()).toEqual(all)
  await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()
  await env.DB.prepare('DELETE FROM users WHERE id = ?').bind(inserted).run()
  expect(await appointed()).toEqual(all)
})

test('a sole admin and the job read few rows of 100,000 users and 1,000 former admins', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  await forgetAdmins()
  const one = { id: await insertUser(app, 'admin') }
  const users = Math.min(ROWS, 100_000)
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO users (id, email, email_key, role, status, password_hash, email_verified_at, created_at)
     SELECT 'usr_many' || i, 'many' || i || '@example.net', 'many' || i || '@example.net',
       'customer', 'active', 'x', 1, i FROM n`,
  )
    .bind(users)
    .run()
  await env.DB.prepare(
    `INSERT INTO admin_appointments SELECT id FROM users WHERE id LIKE 'usr_many%' LIMIT 1000`,
  ).run()
  await env.DB.prepare(
    `INSERT INTO pending_acts (id, kind, user_id, requested_by, reason, created_at, due_at, state)
     SELECT 'act_many' || id, 'remove_factors', id, 'usr_x', 'lost', 0, 9e15, 'waiting' FROM users
     WHERE id LIKE 'usr_many%' LIMIT 10000`,
  ).run()
  const token = await tokenFor(app, one)
  read()
  const { email } = app.newAccount()
  const json = { email, role: 'admin' }
  const asked = await app.post('/api/users/create/', json, { token, ip: freshAddress() })
  expect(asked.body.status).toBe('scheduled')
  // A thousand appointments, each with its user, once; and fifty of them are told.
  expect(read().rowsRead).toBeLessThan(4000)
  const dueAt = Date.parse(String(asked.body['due_at']))
  for (const [at, acts] of [
    [dueAt - 1000, 0],
    [dueAt, 1],
  ] as const) {
    expect(await runPendingActs(meter(testDeps({ now: () => new Date(at) })))).toMatchObject({
      acts,
      closed: 0,
    })
    expect(read().rowsRead).toBeLessThan(100)
  }
})

test('what waits of one account is found among ten thousand acts of others', async ({ expect }) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const admin = { id: await insertUser(app, 'admin') }
  const id = await insertUser(app, 'customer')
  expect(
    (await env.DB.prepare('SELECT count(*) AS n FROM pending_acts').first('n')) ?? 0,
  ).toBeGreaterThan(9999)
  const tokens = await Promise.all([1, 2, 3, 4].map(() => tokenFor(app, admin)))
  const ask = (method: string, path: string, json?: object) => {
    const token = tokens.pop() ?? ''
    const reason = 'asked for by phone'
    return app.send(method, `/api/admin/users/${id}${path}`, {
      token,
      ip: freshAddress(),
      ...(json && { json: { reason, ...json } }),
    })
  }
  for (const [method, path, json] of [
    ['GET', '/'],
    ['PATCH', '/', { role: 'admin' }],
    ['POST', '/disable/', {}],
  ] as const) {
    read()
    expect((await ask(method, path, json)).status).toBeLessThan(300)
    expect([method, path, read().rowsRead < 200]).toEqual([method, path, true])
  }
  read()
  await purgeUnconfirmed(meter(testDeps()))
  expect(read().rowsRead).toBeLessThan(200)
})
