import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { purgeUnconfirmed } from '../../../src/features/registration/purge-unconfirmed'
import { depsAt } from '../../crons/support'
import { changeRole, insertUser, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { startMeter } from '../../support/meter'
import { actsOf, decide } from '../../support/pending-acts'

type Page = { acts: { id: string; due_at: string }[]; next: string | null }

/** Acts on a user, by id, due_at and state of each; they stand where the epoch is the admin's. */
const insertActs = (
  [user, admin]: readonly [string, string],
  { count, columns, epoch }: { count: number; columns: string; epoch: string },
) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO pending_acts (id, due_at, state, kind, user_id, requested_by, reason, created_at,
       user_status, user_epoch, user_email_key, asker_epoch)
     SELECT ${columns}, 'remove_factors', users.id, ?2, 'x', 0, status, security_epoch, email_key,
       ${epoch}
     FROM n JOIN users ON users.id = ?1`,
  )
    .bind(user, admin)
    .run()

test('what waits is read page by page to its end, the next due first, for no more rows than it shows', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const admin = { id: await insertUser(app, 'admin') }
  const user = await insertUser(app, 'customer')
  // Three of each moment: the id decides between them. As many are decided.
  await insertActs([user, admin.id], {
    count: 6000,
    columns: `printf('act_%022d', i * 7919 % 6007), 1000 + i / 6,
      CASE WHEN i % 2 THEN 'waiting' ELSE 'done' END`,
    epoch: '0',
  })
  const token = await tokenFor(app, admin)
  const list = async (query: string) => {
    const path = `/api/admin/acts/${query}`
    const { status, body } = await app.send('GET', path, { token, ip: freshAddress() })
    expect([query, status]).toEqual([query, 200])
    return body as unknown as Page
  }
  const seen: Page['acts'] = []
  let next: string | null = null
  do {
    const cursor: string = next === null ? '' : `&before=${next}`
    read()
    const page: Page = await list(`?limit=100${cursor}`)
    const [AUTHENTICATION, WITH_ACCOUNT_AND_ADMIN] = [3, 3]
    expect(read().rowsRead).toBeLessThanOrEqual(AUTHENTICATION + 101 * WITH_ACCOUNT_AND_ADMIN)
    expect(page.acts).toHaveLength(100)
    seen.push(...page.acts)
    next = page.next
  } while (next !== null)
  expect(seen).toHaveLength(3000)
  const order = seen.map(({ due_at: at, id }) => `${at} ${id}`)
  expect(order).toEqual(order.toSorted())
  expect(new Set(order).size).toBe(3000)
  expect((await list('')).acts).toHaveLength(50)

  // Nor does an act on an account, or a look at it, read those of others.
  const other = await insertUser(app, 'customer')
  const steps = {
    ask: () => changeRole(app, admin, other, 'admin'),
    read: () => app.send('GET', `/api/admin/users/${other}/`, { token, ip: freshAddress() }),
    stop: async () => decide(app, admin, 'stop', (await actsOf(other))[0]?.id),
    export: async () =>
      app.send('GET', '/api/users/me/export/', { token: await tokenFor(app, { id: other }) }),
  }
  for (const [name, step] of Object.entries(steps)) {
    read()
    expect([name, (await step()).status < 300]).toEqual([name, true])
    expect([name, read().rowsRead < 150]).toEqual([name, true])
  }
  await insertUser(app, 'customer', `status = 'pending', created_at = 0`)
  read()
  expect(await purgeUnconfirmed(depsAt(app, meter))).toEqual({ accounts: 1, failed: 0 })
  expect(read().rowsRead).toBeLessThan(150)
})

test('what does not stand any more costs a page no more rows, and hides nothing behind it', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const admin = { id: await insertUser(app, 'admin') }
  const user = await insertUser(app, 'customer')
  // All but the last: asked for before the admin recovered the account.
  await insertActs([user, admin.id], {
    count: 500,
    columns: `printf('act_%022d', 100000 + i), 100 + i, 'waiting'`,
    epoch: 'CASE i WHEN 500 THEN 0 ELSE -1 END',
  })
  const token = await tokenFor(app, admin)
  const pages: Page['acts'][] = []
  let next: string | null = ''
  while (next !== null && pages.length < 6) {
    read()
    const path = `/api/admin/acts/?limit=100${next && `&before=${next}`}`
    const page = (await app.send('GET', path, { token, ip: freshAddress() }))
      .body as unknown as Page
    expect(read().rowsRead).toBeLessThanOrEqual(3 + 101 * 3)
    pages.push(page.acts)
    next = page.next
  }
  const LAST = 'act_0000000000000000100500'
  expect(pages.slice(0, 4)).toEqual([[], [], [], []])
  expect(pages[4]?.map(({ id }) => id)).toEqual([LAST])
})

test('E-115: a place in what waits that was tampered with is refused', async ({ expect }) => {
  const app = startApp()
  const token = await tokenFor(app, { id: await insertUser(app, 'admin') })
  const id = `act_${'0'.repeat(22)}`
  for (const query of [
    'before=',
    'before=1',
    `before=-1.${id}`,
    `before=1.${id}x`,
    `before=${'z'.repeat(10)}.${id}`,
    'limit=0',
    'limit=101',
    'state=done',
    'user_id=x',
  ]) {
    const answer = await app.send('GET', `/api/admin/acts/?${query}`, { token })
    expect([query, answer.status]).toEqual([query, 400])
  }
  expect((await app.send('GET', `/api/admin/acts/?before=0.${id}`, { token })).status).toBe(200)
})
