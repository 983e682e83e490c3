import { randomBytes } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { auditEvents as table } from '../db/audit-schema'
import { insertFrom } from '../db/insert-where'
import { personalHash, type Text } from './entry'
import { auditEvents, type AuditEventName } from './events'
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
 * recorded does not happen. With `when`, it records only if that condition holds at this point of the
 * batch, so that a conditional change and its event stand or fall together.
 */
export function recordEvent(
  deps: Pick<Deps, 'db' | 'caller' | 'now'>,
  { event, userId, actor, sessionId, data, text }: AuditEvent,
  when?: SQL,
) {
  const { ip, country, requestId } = deps.caller
  const userAgent = deps.caller.userAgent?.toWellFormed() ?? null
  const salt = randomBytes(SALT_BYTES).toString('base64url')
  const personal = personalHash(salt, { ip, country, user_agent: userAgent })
  const values = {
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
  return insertFrom(deps.db, table, values, when ? sql`WHERE ${when}` : sql``)
}

const SALT_BYTES = 16

/** Half a character, which UTF-8 cannot say, becomes U+FFFD: what is stored is what was hashed. */
export const wellFormed = (data: Text): Text =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name.toWellFormed(),
      typeof value === 'string' ? value.toWellFormed() : value,
    ]),
  )
