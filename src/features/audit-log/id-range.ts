import { sql } from 'drizzle-orm'
import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'
import { SEGMENT_SIZE } from './archive/segment'
import type { EventFilter } from './event-query'

/** Clocks of the edge differ a little, so that times do not quite follow ids. */
const SKEW_MS = 60_000

/**
 * The ids, in D1, of events between two times: from `start` up to, not including, `end`. Ids are
 * dense and follow time, so that a bisection finds them: 25 rows read among ten million. One
 * statement, since the archiver may take events away at any time. A clock that was off by more than
 * a minute is not allowed for.
 */
export async function idRange(
  deps: Pick<Deps, 'db' | 'patience'>,
  { from, to }: Pick<EventFilter, 'from' | 'to'>,
): Promise<{ start: number; end: number }> {
  const newest = sql`(SELECT max(id) FROM audit_events)`
  const start = from === undefined ? OLDEST : firstSince(from - SKEW_MS)
  const end = to === undefined ? sql`${newest} + 1` : firstSince(to + SKEW_MS)
  const range = await callStore(deps, 'database', () =>
    deps.db.get<{ start: number; end: number | null }>(
      sql`SELECT ${start} AS start, ${end} AS end`,
    ),
  )
  return { start: range.start, end: range.end ?? 0 }
}

/**
 * The first id that the archive does not have. A bound number would be a real one, and half of it
 * no id.
 */
const OLDEST = sql`(SELECT COALESCE(max(first) + ${sql.raw(`${SEGMENT_SIZE}`)}, 1) FROM audit_segments)`

/** Of the next one, where an event is missing. */
const AT_MIDDLE = sql`SELECT at FROM audit_events WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1`

/** The first id whose time is not before this; one above the newest where there is none. */
const firstSince = (at: number) => sql`(
  WITH RECURSIVE half(low, high) AS (
    SELECT ${OLDEST}, COALESCE((SELECT max(id) FROM audit_events), 0) + 1
    UNION ALL
    SELECT
      CASE WHEN (${AT_MIDDLE}) < ${at}
        THEN (low + high) / 2 + 1 ELSE low END,
      CASE WHEN (${AT_MIDDLE}) < ${at}
        THEN high ELSE (low + high) / 2 END
    FROM half WHERE low < high
  )
  SELECT low FROM half WHERE low >= high LIMIT 1)`
