import { sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { reach } from '../reach'
import type { EventFilter } from './event-query'

/** Clocks of the edge differ a little, so that times do not quite follow ids. */
const SKEW_MS = 60_000

/**
 * The ids, in D1, of events between two times: from `start` up to, not including, `end`. Ids are dense
 * and follow time, so that a bisection finds them: 25 rows read among ten million.
 */
export async function idRange(
  { db }: Pick<Deps, 'db'>,
  { from, to }: Pick<EventFilter, 'from' | 'to'>,
  through: number,
): Promise<{ start: number; end: number }> {
  const newest = sql`(SELECT max(id) FROM audit_events)`
  const start = from === undefined ? sql`${through + 1}` : firstSince(from - SKEW_MS, through)
  const end = to === undefined ? sql`${newest} + 1` : firstSince(to + SKEW_MS, through)
  const range = await reach('database', () =>
    db.get<{ start: number; end: number | null }>(sql`SELECT ${start} AS start, ${end} AS end`),
  )
  return { start: range.start, end: range.end ?? 0 }
}

/** The first id whose time is not before this; one above the newest where there is none. */
const firstSince = (at: number, through: number) => sql`(
  WITH RECURSIVE half(low, high) AS (
    -- A bound number arrives as a real one, and half of it would be no id.
    SELECT CAST(${through + 1} AS INTEGER), COALESCE((SELECT max(id) FROM audit_events), 0) + 1
    UNION ALL
    SELECT
      CASE WHEN (SELECT at FROM audit_events WHERE id = (low + high) / 2) < ${at}
        THEN (low + high) / 2 + 1 ELSE low END,
      CASE WHEN (SELECT at FROM audit_events WHERE id = (low + high) / 2) < ${at}
        THEN high ELSE (low + high) / 2 END
    FROM half WHERE low < high
  )
  SELECT low FROM half WHERE low >= high LIMIT 1)`
