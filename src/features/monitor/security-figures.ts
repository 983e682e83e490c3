import { type SQL, sql } from 'drizzle-orm'
import { type AuditEventName, auditEvents as levels } from '../../platform/audit/events'
import { callStore } from '../../platform/call-store'
import { auditEvents } from '../../platform/db/audit-schema'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { networkOf } from '../../platform/ip-address'
import { idRange } from '../audit-log/id-range'
import { pauseNow, pausesOf } from './mail-pauses'

/** Events that one query looks at, so that none runs long; and all that one report does. */
const CHUNK = 20_000
const EVENTS = 2_000_000
const RUN_MS = 120_000
/** Addresses taken from a chunk, and kept of all: who is far down the list may be counted short. */
const SOURCES = 1000
const KEPT = 4 * SOURCES
const SHOWN = 5
const MAX_NEW_ADMINS = 8
const MAX_PAUSES = 2

const FAILURES: readonly AuditEventName[] = ['authn_login_fail', 'authn_code_fail']
const LOCKS: readonly AuditEventName[] = ['authn_login_lock', 'authn_stopped']

type Range = Readonly<{ since: Date; until: Date }>

/** What happened between two times, as far as it is in D1 still, the newest events first. */
export async function securityFigures(deps: Deps, range: Range, most = EVENTS) {
  const stopAt = deps.now().getTime() + RUN_MS
  const [from, to] = [range.since.getTime(), range.until.getTime()]
  const { start, end } = await idRange(deps, { from, to })
  const first = Math.max(start, end - most)
  const counts = new Map<string, number>()
  let sources = new Map<string, number>()
  const admins = new Set<string>()
  const pauses = new Map<string, number>()
  let high = end
  for (; high > first && deps.now().getTime() < stopAt; high -= CHUNK) {
    const low = Math.max(first, high - CHUNK)
    const isMeant = sql`id >= ${low} AND id < ${high} AND at >= ${from} AND at < ${to}`
    const { events, failures, admins: made, pauses: resumed } = await countChunk(deps, isMeant)
    for (const { event, count } of events) add(counts, event, count)
    for (const { ip, count } of failures) add(sources, sourceOf(ip), count)
    for (const { userId } of made) if (userId !== null) admins.add(userId)
    for (const { reason, seconds } of resumed) add(pauses, reason, seconds)
    if (sources.size > KEPT) sources = new Map(largest(sources, SOURCES))
  }
  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + (counts.get(name) ?? 0), 0)
  const critical = Object.keys(levels).filter(
    (name) => levels[name as AuditEventName] === 'critical',
  )
  return {
    isCut: first > start || high > first,
    signIns: sum(['authn_login_success']),
    signUps: sum(['user_created']),
    failures: sum(FAILURES),
    locks: sum(LOCKS),
    critical: sum(critical),
    deadMails: sum(['mail_failed']),
    sources: largest(sources, SHOWN).map(([source, failures]) => ({ source, failures })),
    newAdmins: [...admins].slice(0, MAX_NEW_ADMINS),
    mailPauses: [...(await pauseNow(deps)), ...pausesOf(largest(pauses, MAX_PAUSES))],
  }
}

function countChunk(deps: Pick<Deps, 'db' | 'patience'>, isMeant: SQL) {
  const { db } = deps
  const count = sql<number>`count(*)`
  const isFailure = sql`event IN (${sql.raw(FAILURES.map((name) => `'${name}'`).join(', '))})`
  return callStore(deps, 'database', () =>
    batch(db, {
      events: db
        .select({ event: auditEvents.event, count })
        .from(auditEvents)
        .where(isMeant)
        .groupBy(auditEvents.event),
      failures: db
        .select({ ip: sql<string>`ip`, count })
        .from(auditEvents)
        .where(sql`${isMeant} AND ${isFailure} AND ip IS NOT NULL`)
        .groupBy(auditEvents.ip)
        .orderBy(sql`count(*) DESC`)
        .limit(SOURCES),
      admins: db
        .select({ userId: auditEvents.userId })
        .from(auditEvents)
        .where(
          sql`${isMeant} AND (event = 'user_role_changed' AND json_extract(data, '$.to') = 'admin'
            OR event = 'user_invitation_accepted' AND json_extract(data, '$.role') = 'admin')`,
        )
        .limit(MAX_NEW_ADMINS),
      pauses: db
        .select({
          reason: sql<string>`json_extract(data, '$.reason')`,
          seconds: sql<number>`sum(json_extract(data, '$.seconds'))`,
        })
        .from(auditEvents)
        .where(sql`${isMeant} AND event = 'mail_resumed'`)
        .groupBy(sql`1`),
    }),
  )
}

const add = (counts: Map<string, number>, name: string, count: number) =>
  counts.set(name, (counts.get(name) ?? 0) + count)

const largest = (counts: Map<string, number>, most: number) =>
  [...counts].sort(([, a], [, b]) => b - a).slice(0, most)

/** An IPv6 subscriber has 2^64 addresses and is one source. */
const sourceOf = (ip: string) => (ip.includes(':') ? `${networkOf(ip).network}::/64` : ip)
