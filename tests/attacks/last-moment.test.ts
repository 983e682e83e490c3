import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { runPendingActs } from '../../src/features/approvals/run-pending-acts'
import { depsAt } from '../crons/support'
import { createKey, freshToken, keyOwner, madeKey, rotateKey } from '../features/api-keys/support'
import { ask, named, submit, withProfile } from '../features/merchants/support'
import { act, changeRole, columnOf, hasAdmin, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { eventsOf } from '../support/rows-of'

const DAY = 86_400

const first = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .first<Record<string, unknown>>()

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

/** An app in which something happens after all that was read, and before what is written. */
const late = (app: ReturnType<typeof startApp>, sql: string, ...values: unknown[]) =>
  startApp((deps) => ({ ...beforeBatch(() => run(sql, ...values))(deps), now: app.now }))

const keysOf = async (userId: string) =>
  (await first('SELECT count(*) AS n FROM api_keys WHERE user_id = ?', userId))?.['n']

describe('what changes at the last moment counts: an API key', () => {
  test('is not made for a merchant who is suspended by then', async ({ expect }) => {
    const app = startApp()
    const { userId, token } = await keyOwner(app)
    const suspended = `UPDATE merchant_profiles SET state = 'suspended' WHERE user_id = ?`
    const refused = await createKey(late(app, suspended, userId), token)
    expect([refused.status, refused.body.code]).toEqual([409, 'merchant_state'])
    expect(await keysOf(userId)).toBe(0)
  })

  test('is not made by who has twenty by then', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { id } = await madeKey(app, owner)
    const more = (upTo: number) => `
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${upTo})
      INSERT OR IGNORE INTO api_keys
      SELECT id || i, user_id, name, secret_hash, previous_hash, previous_until, scopes, allowed_ips,
        created_at, expires_at, last_used_at, last_used_ip, last_used_country, revoked_at, reminded_days
      FROM api_keys JOIN n WHERE id = ?`
    await run(more(19), id)
    const refused = await createKey(late(app, more(20), id), await freshToken(app, owner))
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_api_keys'])
    expect(await keysOf(owner.userId)).toBe(20)
  })

  test.for([
    ['is deleted', 'UPDATE api_keys SET revoked_at = 1 WHERE user_id = ?', 404, 'not_found'],
    ['is over', 'UPDATE api_keys SET expires_at = 1 WHERE user_id = ?', 404, 'not_found'],
    [
      'is a suspended merchant’s',
      `UPDATE merchant_profiles SET state = 'suspended' WHERE user_id = ?`,
      409,
      'merchant_state',
    ],
  ] as const)('is not rotated that %s by then', async ([, sql, status, code], { expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { id } = await madeKey(app, owner)
    const secret = () => first('SELECT secret_hash, previous_hash FROM api_keys WHERE id = ?', id)
    const before = await secret()
    const token = await freshToken(app, owner)
    const refused = await rotateKey(late(app, sql, owner.userId), token, id)
    expect([refused.status, refused.body.code]).toEqual([status, code])
    expect(await secret()).toEqual(before)
  })
})

test('what changes at the last moment counts: an application is not handed in without a document', async ({
  expect,
}) => {
  const app = startApp()
  const merchant = await withProfile(app)
  let batches = 0
  const bare = startApp(
    beforeBatch(async () => {
      // The first reads what there is.
      if (++batches > 1) await run('DELETE FROM merchant_documents WHERE user_id = ?', merchant.id)
    }),
  )
  const refused = await submit(bare, merchant, 1)
  expect([refused.status, named(refused, 'pointer')]).toEqual([400, ['#/documents']])
  expect((await ask(app, merchant)).body).toMatchObject({ state: 'draft', version: 1, history: [] })
  const events = (await eventsOf(merchant.email)).map(({ event }) => event)
  expect(events).not.toContain('merchant_submitted')
})

describe('what changes at the last moment counts: a role', () => {
  test('of an admin is not given once the one who asked is none', async ({ expect }) => {
    const app = startApp()
    const [one, two] = [
      { id: await insertUser(app, 'admin') },
      { id: await insertUser(app, 'admin') },
    ]
    for (const gone of [`role = 'customer'`, `status = 'disabled'`, 'frozen_at = 1']) {
      await run(
        `UPDATE users SET role = 'admin', status = 'active', frozen_at = NULL WHERE id = ?`,
        one.id,
      )
      const id = await insertUser(app, 'customer')
      const { body } = await changeRole(app, one, id, 'admin')
      const racing = late(app, `UPDATE users SET ${gone} WHERE id = ?`, one.id)
      const path = `${id}/grants/${String(body['act_id'])}/approve`
      const refused = await act(racing, two, path)
      expect([gone, refused.status, refused.body.code]).toEqual([gone, 409, 'user_state'])
      expect(await columnOf(id, 'role')).toBe('customer')
    }
  })

  test.for([
    [`status = 'disabled'`, 'customer'],
    [`role = 'admin'`, 'admin'],
  ] as const)('is not changed where by then %s', async ([meanwhile, role], { expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const id = await insertUser(app, 'customer')
    const racing = late(app, `UPDATE users SET ${meanwhile} WHERE id = ?`, id)
    const refused = await changeRole(racing, admin, id, 'merchant')
    expect([refused.status, refused.body.code]).toEqual([409, 'user_state'])
    expect(await columnOf(id, 'role')).toBe(role)
  })
})

test.for([
  ['who asked is no admin', `UPDATE users SET role = 'customer' WHERE id = ?1 AND ?2 IS NOT NULL`],
  [
    'its day is another',
    'UPDATE pending_acts SET due_at = due_at * 2 WHERE ?1 <> user_id AND user_id = ?2',
  ],
] as const)(
  'what changes at the last moment counts: factors stay where by then %s',
  async ([, sql], { expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const { id } = await hasAdmin(app)
    await run(`UPDATE users SET role = 'customer' WHERE id = ?`, id)
    expect((await act(app, admin, `${id}/remove-factors`)).status).toBe(202)
    app.advance(DAY + 1)
    const apps = () => first('SELECT count(*) AS n FROM totp_authenticators WHERE user_id = ?', id)
    await runPendingActs(
      depsAt(
        app,
        beforeBatch(() => run(sql, admin.id, id)),
      ),
    )
    expect((await apps())?.['n']).toBe(1)
    const events = await first(
      `SELECT count(*) AS n FROM audit_events WHERE user_id = ? AND event = 'user_factors_removed'`,
      id,
    )
    expect(events?.['n']).toBe(0)
  },
)
