import { env } from 'cloudflare:workers'
import { sealEvents } from '../../src/audit/seal'
import { searchEvents } from '../../src/audit/search'
import { SEGMENT_SIZE } from '../../src/audit/segment'
import type { StoredEvent } from '../../src/audit/stored-event'
import { recordEvent } from '../../src/platform/audit/record'
import type { Deps } from '../../src/platform/deps'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { ownWatchers, testDeps } from '../support/test-deps'

export const DAY_MS = 86_400_000

/** The deps of a job, with a clock that the test moves. */
export function jobDeps(fault: (deps: Deps) => Deps = (deps) => deps) {
  let offsetMs = 0
  const given = testDeps()
  const deps = fault({
    ...given,
    // Alarms of jobs are counted: those of another file must not make one of these untold.
    ...ownWatchers(given, crypto.randomUUID()),
    now: () => new Date(Date.now() + offsetMs),
  })
  return { deps, advance: (ms: number) => void (offsetMs += ms) }
}

/** Writes events, of nobody unless a user is named: fifty as the service does, more as copies. */
export async function writeEvents(deps: Deps, count: number, userId?: string): Promise<void> {
  const written = Math.min(count, 50)
  const [first, ...rest] = Array.from({ length: written }, (_, at) =>
    recordEvent(deps, { event: 'authn_login_fail', userId: userId ?? null, data: { at } }),
  )
  if (first) await deps.db.batch([first, ...rest])
  const start = (await newestId()) - written + 1
  await sql(
    `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
     INSERT INTO audit_events
     SELECT NULL, at, event, level, user_id, actor, session_id, ip, country, user_agent, request_id,
       data, salt, personal, text, text_hash
     FROM n JOIN audit_events ON id = ?3 + i % ?1 WHERE ?1 < ?2 ORDER BY i`,
    written,
    count,
    start,
  )
}

/** Seals until nothing is left. */
export async function sealAll(deps: Deps): Promise<number> {
  let total = 0
  for (;;) {
    const { sealed = 0 } = await sealEvents(deps)
    total += sealed
    if (sealed === 0) return total
  }
}

export const sql = async <T = Record<string, unknown>>(query: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all<T>()
  ).results

export const heads = () =>
  sql<{ size: number; at: number; jws: string }>('SELECT * FROM audit_heads ORDER BY size')

/** What somebody with the database in his hands can do: no trigger hinders him. */
export async function withoutTriggers(act: () => Promise<unknown>): Promise<void> {
  const triggers = await sql<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`,
  )
  for (const { name } of triggers) await env.DB.prepare(`DROP TRIGGER ${name}`).run()
  await act()
  for (const trigger of triggers) await env.DB.prepare(trigger.sql).run()
}

export const RETENTION_MS = 90 * DAY_MS
export const newestId = async () =>
  (await sql<{ id: number }>('SELECT max(id) AS id FROM audit_events'))[0]?.id ?? 0

export const countOf = async () =>
  (await sql<{ count: number }>('SELECT count(*) AS count FROM audit_events'))[0]?.count ?? 0
export const keys = async () =>
  (await env.ARCHIVE.list({ prefix: 'audit/' })).objects.map(({ key }) => key)
export const allEvents = async (deps: Deps) => {
  const found = []
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null;) {
    const page = await searchEvents(deps, { filter: {}, before, limit: 1000 })
    found.push(...page.lines)
    before = page.next
  }
  return found.toReversed()
}

/** A log of one segment and two events, of a user and of nobody, sealed and old enough. */
export async function oldLog() {
  const app = startApp()
  const userId = await insertUser(app, 'customer')
  const { deps, advance } = jobDeps()
  const caller = { ip: '192.0.2.7', country: 'DE', userAgent: 'curl', requestId: 'req_x' }
  const asCaller = { ...deps, caller }
  await writeEvents(asCaller, SEGMENT_SIZE / 2, userId)
  await writeEvents(asCaller, SEGMENT_SIZE / 2 + 2)
  await sealAll(deps)
  const before = await sql<StoredEvent>('SELECT * FROM audit_events ORDER BY id')
  advance(RETENTION_MS + 60_000)
  return { deps, advance, userId, before }
}

/** Each test of the archive begins with an empty log. */
export async function emptyLog() {
  await withoutTriggers(() =>
    env.DB.batch(
      ['audit_events', 'audit_tiles', 'audit_heads', 'audit_segments', 'audit_keys'].map((table) =>
        env.DB.prepare(`DELETE FROM ${table}`),
      ),
    ),
  )
  await env.ARCHIVE.delete(await keys())
}
