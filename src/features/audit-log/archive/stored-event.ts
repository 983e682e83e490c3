import type { Entry, Personal } from '../../../platform/audit/entry'
import type { SegmentLine } from './segment'

/** A row of `audit_events` as D1 gives it. */
export type StoredEvent = Omit<Entry, 'v' | 'data' | 'text'> &
  Personal &
  Readonly<Record<'data' | 'salt' | 'text' | 'text_hash', string | null>>

/**
 * What of a row stands in the tree. Whatever somebody may have put into the row, it has an entry.
 */
export const entryOf = (row: StoredEvent): Entry => ({
  v: 1,
  id: row.id,
  at: row.at,
  event: row.event,
  level: row.level,
  user_id: row.user_id,
  actor: row.actor,
  session_id: row.session_id,
  request_id: row.request_id,
  data: row.data === null ? null : parseData(row.data),
  personal: row.personal,
  ...(row.text_hash !== null && { text: row.text_hash }),
})

/** What of a row is personal; null once it has been erased, or where there never was anything. */
export const personalOf = ({ ip, country, user_agent, salt }: StoredEvent) =>
  salt === null ? null : { salt, ip, country, user_agent }

/** The row as a line of the archive. */
export function lineOf(row: StoredEvent): SegmentLine {
  const personal = personalOf(row)
  return { entry: entryOf(row), ...(personal && { personal }), ...textOf(row) }
}

/** What was said of a person, sealed as it was from the beginning. */
export const textOf = ({ text }: StoredEvent) => text !== null && { text }

const HALF_CHARACTER = /\\u[dD][89a-fA-F]/

function parseData(text: string): Entry['data'] {
  try {
    const value: unknown = JSON.parse(text)
    // RFC 8785 has no spelling for half a character or for a number without end; `recordEvent`
    // stores none.
    if (isRecord(value) && !HALF_CHARACTER.test(text)) return value
  } catch {
    // Not JSON: as it stands, then.
  }
  return { unreadable: text }
}

/**
 * As `recordEvent` stores it: flat, so that no depth of it is too deep, and its numbers are
 * numbers.
 */
const isRecord = (value: unknown): value is NonNullable<Entry['data']> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isFlat)

const isFlat = (value: unknown) =>
  value === null || (typeof value !== 'object' && (typeof value !== 'number' || isFinite(value)))
