import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { type AuditEventName, auditEvents } from '../../platform/audit/events'
import type { LogLine } from './archive/segment'

const eventNames = Object.keys(auditEvents) as [AuditEventName, ...AuditEventName[]]
const person = z.string().regex(/^[!-~]{1,64}$/, 'must be an id')
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
export const eventId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be the number of an event')
  .transform(Number)

/** What events can be searched for. Times are ISO 8601, `from` counts and `to` does not. */
export const eventFilter = z.strictObject({
  user: person.optional().describe('Whom it concerns'),
  actor: person.optional().describe('Who did it: a user id, or `system`'),
  event: z.enum(eventNames).optional(),
  level: z.enum(['info', 'warn', 'critical']).optional(),
  ip: z
    .string()
    .regex(/^[0-9a-f.:]{2,39}$/, 'must be an address as the log spells it')
    .optional(),
  country: z
    .string()
    .regex(/^[A-Z0-9]{2}$/, 'must be two letters')
    .optional(),
  from: time.optional(),
  to: time.optional(),
})

export type EventFilter = z.output<typeof eventFilter>

const COLUMNS = {
  user: 'user_id',
  actor: 'actor',
  event: 'event',
  level: 'level',
  ip: 'ip',
  country: 'country',
} as const

/** The filter as a condition; times aside, which the order of ids serves. */
export function conditionOf(filter: EventFilter): SQL {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  const conditions = names
    .filter((name) => filter[name] !== undefined)
    .map((name) => sql`${sql.raw(COLUMNS[name])} = ${filter[name]}`)
  if (filter.from !== undefined) conditions.push(sql`at >= ${filter.from}`)
  if (filter.to !== undefined) conditions.push(sql`at < ${filter.to}`)
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` AND `)
}

/**
 * The same for an entry of the archive, as far as it stands in the tree. A gap has nothing to find.
 */
export function matchesEntry(filter: EventFilter, entry: LogLine['entry']): boolean {
  const { user, actor, event, level, from = -Infinity, to = Infinity } = filter
  if ('missing' in entry) return isEmpty(filter)
  const pairs = [
    [user, entry.user_id],
    [actor, entry.actor],
    [event, entry.event],
    [level, entry.level],
  ]
  return isEach(pairs) && entry.at >= from && entry.at < to
}

/** The same for what is personal of it. */
export const matchesPersonal = ({ ip, country }: EventFilter, { personal }: LogLine): boolean =>
  isEach([
    [ip, personal?.ip],
    [country, personal?.country],
  ])

const isEach = (pairs: readonly unknown[][]) =>
  pairs.every(([wanted, is]) => wanted === undefined || wanted === is)

export const isEmpty = (filter: EventFilter): boolean =>
  Object.values(filter).every((value) => value === undefined)
