import { type SQL, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { auditEvents as table } from '../db/schema'
import { auditEvents, type AuditEventName } from './events'

export type AuditEvent = Readonly<{
  event: AuditEventName
  /** Whom it concerns; SQL when only the database knows yet. */
  userId?: string | SQL | null
  /** Who did it, when known: the user, or `system`. */
  actor?: string | SQL | null
  sessionId?: string | SQL | null
  data?: Readonly<Record<string, string | number | boolean | null>>
}>

/**
 * The statement that records an event, for the batch of the change that it reports: what cannot be
 * recorded does not happen. With `when`, it records only if that condition holds at this point of the
 * batch, so that a conditional change and its event stand or fall together.
 */
export function recordEvent(
  deps: Pick<Deps, 'db' | 'caller' | 'now'>,
  { event, userId, actor, sessionId, data }: AuditEvent,
  when?: SQL,
) {
  const { caller } = deps
  const values = sql`SELECT NULL, ${deps.now().getTime()}, ${event}, ${auditEvents[event]},
    ${userId ?? null}, ${actor ?? null}, ${sessionId ?? null}, ${caller.ip}, ${caller.country},
    ${caller.userAgent}, ${caller.requestId}, ${data ? JSON.stringify(data) : null}`
  return deps.db.insert(table).select(when ? sql`${values} WHERE ${when}` : values)
}
