import { type SQL, sql } from 'drizzle-orm'
import { callStore } from '../call-store'
import { auditEvents, isActOnOthers } from '../db/audit-schema'
import type { Deps } from '../deps'

/**
 * Audit events that one statement scrubs, of all its users together, and such statements of one
 * run, of what was done to them and of what they did to others.
 */
const EVENTS = 5000
const ROUNDS = 30
export const NOBODY = { ip: null, country: null, userAgent: null, salt: null }

/** Of the events that concern a user, those that tell of no other user who acted. */
export const isOwn = sql`(actor IS NULL OR actor = user_id OR substr(actor, 1, 4) <> 'usr_')`
const isPersonal = sql`(salt IS NOT NULL OR ip IS NOT NULL)`

/**
 * The events that tell of a person's address and browser (platform/audit/entry.ts, `personOf`), in
 * the order of two indexes.
 */
const kinds = {
  concerned: { owner: sql`user_id`, where: isOwn },
  acted: { owner: sql`actor`, where: isActOnOthers },
} as const
type Kind = (typeof kinds)[keyof typeof kinds]

/** A user's events after one and up to another. */
type Part = readonly [userId: string, after: number, through: number]
const END = Number.MAX_SAFE_INTEGER

/**
 * Takes what is personal out of the events of users and leaves that they happened: of each an equal
 * part at a time, so that one with very many holds up no other. A run that was cut off goes on
 * where it was. Returns how many of each user who has none left, and the statements for those that
 * come meanwhile: of these users, as far as `when` holds, which may ask `part.value ->> 0`.
 */
export async function scrubEvents(
  deps: Pick<Deps, 'db' | 'patience'>,
  userIds: readonly string[],
  atOnce = EVENTS,
) {
  const concerned = await scrubKind(deps, kinds.concerned, userIds, atOnce)
  const acted = await scrubKind(deps, kinds.acted, [...concerned.keys()], atOnce)
  const events = new Map(
    [...acted].map(([id, ofOthers]) => [id, ofOthers.events + (concerned.get(id)?.events ?? 0)]),
  )
  const scrubRest = (ids: readonly string[], when: SQL) => {
    const after = (seen: Seen) => ids.map((id): Part => [id, seen.get(id)?.last ?? 0, END])
    return {
      concerned: scrub(deps, kinds.concerned, after(concerned), when),
      acted: scrub(deps, kinds.acted, after(acted), when),
    }
  }
  return { events, scrubRest }
}

/** Users of whom nothing is left, with their last event that was seen. */
type Seen = ReadonlyMap<string, Readonly<{ last: number; events: number }>>

async function scrubKind(
  deps: Pick<Deps, 'db' | 'patience'>,
  kind: Kind,
  userIds: readonly string[],
  atOnce: number,
): Promise<Seen> {
  const seen = new Map<string, { last: number; events: number }>()
  let pending = userIds.map((id) => ({ id, last: 0, events: 0 }))
  for (let round = 0; round < ROUNDS && pending.length > 0; round += 1) {
    const share = Math.ceil(atOnce / pending.length)
    const found = await lookAhead(deps, kind, pending, share)
    const parts = pending.map(({ id, last }, at): Part => [id, last, found[at]?.through ?? last])
    if (found.some(({ count }) => count > 0)) {
      await callStore(deps, 'database', () => scrub(deps, kind, parts, sql`true`))
    }
    const next = pending.map(({ id, last, events }, at) => {
      const { count = 0, through } = found[at] ?? {}
      return { id, last: through ?? last, events: events + count, isDone: count < share }
    })
    for (const { id, isDone, ...user } of next) if (isDone) seen.set(id, user)
    pending = next.filter(({ isDone }) => !isDone)
  }
  return seen
}

/**
 * Of each user, in their order, how many of the next events are to be scrubbed, and the last of
 * them.
 */
async function lookAhead(
  deps: Pick<Deps, 'db' | 'patience'>,
  { owner, where }: Kind,
  users: readonly { id: string; last: number }[],
  share: number,
) {
  const pending = JSON.stringify(users.map(({ id, last }) => [id, last]))
  const rows = await callStore(deps, 'database', () =>
    deps.db.all<{ found: string }>(sql`SELECT (SELECT json_array(count(*), max(id)) FROM (
        SELECT event.id FROM audit_events AS event WHERE event.${owner} = user.value ->> 0
          AND ${where} AND event.id > user.value ->> 1 AND ${isPersonal}
        ORDER BY event.id LIMIT ${share})) AS found
      FROM json_each(${pending}) AS user ORDER BY user.key`),
  )
  return rows.map(({ found }) => {
    const [count, through] = JSON.parse(found) as [number, number | null]
    return { count, through }
  })
}

const scrub = (
  { db }: Pick<Deps, 'db'>,
  { owner, where }: Kind,
  parts: readonly Part[],
  when: SQL,
) =>
  db.update(auditEvents).set(NOBODY).where(sql`id IN (SELECT event.id
    FROM json_each(${JSON.stringify(parts)}) AS part CROSS JOIN audit_events AS event
    WHERE event.${owner} = part.value ->> 0 AND ${where} AND event.id > part.value ->> 1
      AND event.id <= part.value ->> 2 AND ${isPersonal} AND ${when})`)
