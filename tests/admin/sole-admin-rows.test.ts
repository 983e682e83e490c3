import { env } from 'cloudflare:workers'
import { beforeAll, test } from 'vitest'
import { purgeUnconfirmed } from '../../src/jobs/purge-unconfirmed'
import { runPendingActs } from '../../src/jobs/run-pending-acts'
import { randomToken, sha256 } from '../../src/platform/crypto/token'
import { insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'
import { decide, insertAct } from '../support/pending-acts'
import { testDeps } from '../support/test-deps'

beforeAll(async () => {
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
})

test('a sole admin and the job read few rows of 100,000 users and 1,000 former admins', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const one = { id: await insertUser(app, 'admin') }
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
  // Nor to stop it, in a session and by a link.
  for (const way of ['session', 'link']) {
    const by = { by: admin.id, dueAt: app.now().getTime() + 1000 }
    const actId = await insertAct('remove_factors', await insertUser(app, 'customer'), by)
    const linkToken = randomToken()
    await env.DB.prepare(`INSERT INTO mailed_tokens VALUES (?, ?, 'stop_act', ?, ?)`)
      .bind(sha256(linkToken), admin.id, JSON.stringify({ act: actId }), by.dueAt)
      .run()
    read()
    const answer =
      way === 'session'
        ? await decide(app, admin, 'stop', actId)
        : await app.post('/api/auth/stop-act/', { token: linkToken }, { ip: freshAddress() })
    expect(answer.status).toBeLessThan(300)
    expect([way, read().rowsRead < 100]).toEqual([way, true])
  }
  read()
  // It draws the place to begin at from 500 users.
  await purgeUnconfirmed(meter(testDeps()))
  expect(read().rowsRead).toBeLessThan(600)
})
