import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { adminNotices } from '../../src/identity/accounts/notify-admins'
import { remindKeys } from '../../src/jobs/remind-keys'
import { mails } from '../../src/mails'
import { sendWaitingMails } from '../../src/platform/email/send-waiting-mails'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'
import { depsAt } from './support'

const DAY_MS = 86_400_000
const NOW = new Date('2027-03-08T06:00:00Z')
const MANY = Math.min(ROWS, 100_000)

const insertUsers = (count: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
     SELECT 'usr_many' || i, 'many' || i || '@example.net', 'many' || i || '@example.net',
       'customer', 'active', 'x', i FROM n`,
  )
    .bind(count)
    .run()

const insertKeys = (name: string, count: number, owner: string, expiresAt: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO api_keys (id, user_id, name, secret_hash, scopes, created_at, expires_at)
     SELECT ?1 || i, ?3, 'orders', 'x', 'orders:read', 0, ?4 FROM n`,
  )
    .bind(name, count, owner, expiresAt)
    .run()

test('a run of reminders reads what is due, not all keys and users, in a few statements', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const deps = depsAt(NOW, meter)
  const owner = await insertUser(startApp(), 'admin', `notification_email = 'two@example.net'`)
  await insertUsers(MANY)
  await insertKeys('key_later', MANY, owner, NOW.getTime() + 60 * DAY_MS)
  read()
  expect(await remindKeys(deps)).toEqual({ keys: 0, failed: 0 })
  const nothing = read()
  expect(nothing).toMatchObject({ d1RoundTrips: 1, rowsWritten: 0, queueSends: 0 })
  expect(nothing.rowsRead).toBeLessThan(5)

  await insertKeys('key_due', 100, owner, NOW.getTime() + 14 * DAY_MS)
  read()
  expect(await remindKeys(deps)).toEqual({ keys: 100, failed: 0 })
  const due = read()
  // Of a hundred keys: to find them, to note them with their mails, and that there are no more.
  expect(due).toMatchObject({ d1RoundTrips: 3, rowsWritten: 300, queueSends: 0 })
  expect(due.rowsRead).toBeLessThan(3000)

  expect(
    await adminNotices(deps, { template: 'job_overdue', data: { job: 'x', since: NOW } }),
  ).toHaveLength(2)
  const told = read()
  expect(told.rowsRead).toBeLessThan(10)

  // Two hundred mails, each in a table that is its own index: 70 fit into a send.
  expect(await sendWaitingMails(deps, mails)).toEqual({ mails: 200, failed: 0 })
  const sent = read()
  expect(sent.rowsWritten).toBe(200)
  expect(sent.rowsRead).toBeLessThan(2000)
})

test('a key whose owner cannot be mailed keeps no other from its reminder', async ({ expect }) => {
  const broken = await insertUser(startApp(), 'admin', `email = 'no address'`)
  const owner = await insertUser(startApp(), 'admin')
  await insertKeys('key_broken', 1, broken, NOW.getTime() + DAY_MS)
  await insertKeys('key_whole', 100, owner, NOW.getTime() + 2 * DAY_MS)
  expect(await remindKeys(depsAt(NOW))).toEqual({ keys: 100, failed: 1 })
})
