import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import { eraseAccounts } from '../../../src/features/privacy/erase-accounts'
import { countedGuards, depsAt, forgetJobs } from '../../crons/support'
import { ROWS } from '../../support/many'
import { startMeter } from '../../support/meter'

const NOW = Date.parse('2027-03-08T07:00:00Z')
const AFTER_LEASE_MS = 15 * 60_000

const exec = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

let groups = 0

/** Accounts that are due, each with three events of its own and one of an act on somebody else. */
async function hasDue(count: number, dueAt = 1): Promise<string> {
  const name = `usr_group${(groups += 1)}_`
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)`
  await exec(
    `${numbers} INSERT INTO users
       (id, email, email_key, role, status, password_hash, created_at, erasure_due_at)
     SELECT ?2 || i, ?2 || i || '@example.com', ?2 || i, 'customer', 'active', 'x', 0, ?3 FROM n`,
    count,
    name,
    dueAt,
  )
  await hasEvents(name, 3 * count, count)
  await exec(
    `${numbers} INSERT INTO audit_events
       (at, event, level, user_id, actor, ip, request_id, salt, personal)
     SELECT 0, 'user_disabled', 'warn', 'usr_somebody', ?2 || i, '192.0.2.1', 'r', 's', 'p' FROM n`,
    count,
    name,
  )
  return name
}

const hasEvents = (name: string, count: number, of = 1) =>
  exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO audit_events (at, event, level, user_id, ip, request_id, salt, personal)
     SELECT 0, 'session_renewed', 'info', ?2 || (1 + i % CAST(?3 AS INTEGER)), '192.0.2.1', 'r', 's', 'p' FROM n`,
    count,
    name,
    of,
  )

/** How many accounts of a group there are, and how many events tell of their addresses. */
const left = async (name: string) => {
  const [of, own] = [`substr(%, 1, ${name.length}) = '${name}'`, `salt IS NOT NULL`]
  const count = async (query: string) => (await env.DB.prepare(query).first<number>('count')) ?? 0
  return {
    accounts: await count(`SELECT count(*) AS count FROM users WHERE ${of.replace('%', 'id')}`),
    events: await count(`SELECT count(*) AS count FROM audit_events WHERE ${own}
      AND event <> 'user_erased'
      AND (${of.replace('%', 'user_id')} OR ${of.replace('%', 'coalesce(actor, 0)')})`),
  }
}

const { counting } = countedGuards()
const run = (quarter = 0, eventsAtOnce?: number) =>
  eraseAccounts(depsAt(new Date(NOW + quarter * AFTER_LEASE_MS), counting), eventsAtOnce)

beforeEach(forgetJobs)

describe('the erasure of many accounts', () => {
  test('takes a hundred a run, by the hundred', async ({ expect }) => {
    const { meter, read } = startMeter()
    const name = await hasDue(110)
    await hasEvents('usr_other', ROWS, 1000)
    const deps = depsAt(new Date(NOW), (given) => meter(counting(given)))
    read()
    expect(await eraseAccounts(deps)).toEqual({ accounts: 100, failed: 0 })
    const { d1Statements, rowsRead } = read()
    expect(d1Statements).toBeLessThan(100)
    expect(rowsRead).toBeLessThan(150 * 100)
    expect(await left(name)).toEqual({ accounts: 10, events: 40 })
    expect(await run()).toEqual({ accounts: 10, failed: 0 })
    expect(await left(name)).toEqual({ accounts: 0, events: 0 })
    const { results } = await exec(
      `SELECT data, count(*) AS count FROM audit_events WHERE event = 'user_erased' GROUP BY 1`,
    )
    expect(results).toEqual([{ data: '{"events":4}', count: 110 }])
  })

  test('keeps no other waiting for one with more events than a run scrubs', async ({ expect }) => {
    const huge = await hasDue(1)
    await hasEvents(huge, 1000)
    const others = await hasDue(5, 2)
    const { meter, read, sent } = startMeter()
    const deps = depsAt(new Date(NOW), (given) => meter(counting(given)))
    read()
    expect(await eraseAccounts(deps, 10)).toEqual({ accounts: 5, failed: 0 })
    // However many the accounts, a statement changes ten events or one of each.
    const changes = sent().filter(({ query }) => /^update "audit_events"/i.test(query))
    expect(Math.max(...changes.map(({ rowsWritten }) => rowsWritten))).toBeLessThanOrEqual(12)
    expect(read().d1Statements).toBeLessThan(200)
    expect(await left(others)).toEqual({ accounts: 0, events: 0 })
    const { accounts, events } = await left(huge)
    expect(accounts).toBe(1)
    expect(events).toBeLessThan(800)
    // Who is erased after that does not wait for it either, and it goes on where it was.
    const later = await hasDue(5)
    expect(await run(1, 10)).toEqual({ accounts: 5, failed: 0 })
    expect(await left(later)).toEqual({ accounts: 0, events: 0 })
    expect((await left(huge)).events).toBeLessThan(events - 200)
    for (const quarter of [2, 3]) await run(quarter, 10)
    expect(await left(huge)).toEqual({ accounts: 0, events: 0 })
  })

  test('keeps no other waiting for accounts that cannot be erased, however many', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    // A table of a later feature that was forgotten.
    await exec('CREATE TABLE later (user_id TEXT PRIMARY KEY REFERENCES users (id)) STRICT')
    const bad = await hasDue(30)
    await exec(`INSERT INTO later SELECT id FROM users WHERE substr(id, 1, ?) = ?`, bad.length, bad)
    const good = await hasDue(70)
    let runs = 0
    for (; (await left(good)).accounts > 0; runs += 1) {
      const at = new Date(NOW + runs * AFTER_LEASE_MS)
      read()
      const { failed } = await eraseAccounts(depsAt(at, (given) => meter(counting(given))))
      expect(failed).toBeGreaterThan(0)
      expect(read().d1Statements).toBeLessThan(600)
      expect(runs).toBeLessThan(30)
    }
    expect((await left(bad)).accounts).toBe(30)
    await exec('DROP TABLE later')
    expect(await run(runs)).toEqual({ accounts: 30, failed: 0 })
  })
})
