import { type SQL, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { auditEvents, isActOnOthers } from '../db/audit-schema'

/** Audit events that one statement scrubs. */
const CHUNK = 500
export const NOBODY = { ip: null, country: null, userAgent: null, salt: null }

/** Of the events that concern a user, those that tell of no other user who acted. */
export const isOwn = sql`(actor IS NULL OR actor = user_id OR substr(actor, 1, 4) <> 'usr_')`

/** The events that tell of a person's address and browser (audit/entry.ts, `personOf`), in the order of two indexes. */
const eventsOf = (userId: string): SQL[] => [
  sql`user_id = ${userId} AND ${isOwn}`,
  sql`actor = ${userId} AND ${isActOnOthers}`,
]

/**
 * Takes what is personal out of a user's events and leaves that they happened. A run that was cut off goes
 * on where it was. Returns how many, and the statements for those that come meanwhile.
 */
export async function scrubEvents({ db }: Pick<Deps, 'db'>, userId: string) {
  const scrub = (where: SQL) => db.update(auditEvents).set(NOBODY).where(where)
  let events = 0
  const seen: SQL[] = []
  for (const ofUser of eventsOf(userId)) {
    let lastId = 0
    for (;;) {
      const scrubbed = await scrub(
        sql`id IN (SELECT id FROM audit_events WHERE ${ofUser} AND id > ${lastId}
          AND (salt IS NOT NULL OR ip IS NOT NULL) ORDER BY id LIMIT ${CHUNK})`,
      ).returning({ id: auditEvents.id })
      events += scrubbed.length
      lastId = scrubbed.reduce((last, { id }) => Math.max(last, id), lastId)
      if (scrubbed.length < CHUNK) break
    }
    seen.push(sql`${ofUser} AND id > ${lastId}`)
  }
  const scrubRest = (when: SQL) => {
    const [concerned = sql`false`, acted = sql`false`] = seen
    return {
      concerned: scrub(sql`${concerned} AND ${when}`),
      acted: scrub(sql`${acted} AND ${when}`),
    }
  }
  return { events, scrubRest }
}
