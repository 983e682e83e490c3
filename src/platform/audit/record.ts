import { randomBytes } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { auditEvents as table } from '../db/audit-schema'
import { insertFrom } from '../db/insert-where'
import type { Deps } from '../deps'
import { personalHash, wellFormed } from './entry'
import { type AuditEventName, auditEvents } from './events'
import type { SealedText } from './text'

export type AuditEvent = Readonly<{
  event: AuditEventName
  /** Whom it concerns; SQL when only the database knows yet. */
  userId?: string | SQL | null
  /** Who did it, when known: the user, or `system`. */
  actor?: string | SQL | null
  sessionId?: string | SQL | null
  /** Codes, ids and counts of our own, which stay. What people say is `text`. */
  data?: Readonly<Record<string, string | number | boolean | null>>
  /** What was said of a person (`sealText`). */
  text?: SealedText | undefined
}>

/**
 * The statement that records an event, for the batch of the change that it reports: what cannot be
 * recorded does not happen. With `when`, it records only if that condition holds at this point of
 * the batch, so that a conditional change and its event stand or fall together.
 */
export const recordEvent = (
  deps: Pick<Deps, 'db' | 'caller' | 'now'>,
  event: AuditEvent,
  when?: SQL,
) => insertFrom(deps.db, table, valuesOf(deps, event), when ? sql`WHERE ${when}` : sql``)

/**
 * The same for many events in one statement, each of those for which `when` holds: a condition that
 * may ask `event.value ->> 'userId'`.
 */
export function recordEvents(
  deps: Pick<Deps, 'db' | 'caller' | 'now'>,
  events: readonly (AuditEvent & { userId: string; actor: string; sessionId?: null })[],
  when: SQL,
) {
  const rows = events.map((event) => valuesOf(deps, event))
  const values = Object.fromEntries(
    Object.keys(rows[0] ?? {}).map((name) => [name, sql`event.value ->> ${sql.raw(`'${name}'`)}`]),
  )
  const from = sql`FROM json_each(${JSON.stringify(rows)}) AS event WHERE ${when}`
  return insertFrom(deps.db, table, values, from)
}

/** The columns of an event. */
function valuesOf(
  deps: Pick<Deps, 'caller' | 'now'>,
  { event, userId, actor, sessionId, data, text }: AuditEvent,
) {
  const { ip, country, requestId } = deps.caller
  const userAgent = deps.caller.userAgent?.toWellFormed() ?? null
  const salt = randomBytes(SALT_BYTES).toString('base64url')
  const personal = personalHash(salt, { ip, country, user_agent: userAgent })
  return {
    at: deps.now().getTime(),
    event,
    level: auditEvents[event],
    userId: userId ?? null,
    actor: actor ?? null,
    sessionId: sessionId ?? null,
    ip,
    country,
    userAgent,
    requestId,
    data: data ? JSON.stringify(wellFormed(data)) : null,
    salt,
    personal,
    text: text?.box ?? null,
    textHash: text?.hash ?? null,
  }
}

const SALT_BYTES = 16
