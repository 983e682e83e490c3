import { and, desc, gt, gte, lt, sql } from 'drizzle-orm'
import { callStore } from '../../platform/call-store'
import { auditSegments } from '../../platform/db/audit-schema'
import type { Deps } from '../../platform/deps'
import { archivedThrough } from './archive/drop-archived'
import { type LogLine, openLines, readSegment, SEGMENT_SIZE } from './archive/segment'
import { lineOf, type StoredEvent } from './archive/stored-event'
import { conditionOf, type EventFilter, matchesEntry, matchesPersonal } from './event-query'
import { idRange } from './id-range'

/** Rows that one page looks at where the filter has no index: a few milliseconds. */
const SCAN = 2000

type Reads = Pick<Deps, 'db' | 'archive' | 'settings' | 'patience'>
type Wanted = Readonly<{ filter: EventFilter; before: number; limit: number }>
type Page = Readonly<{ lines: LogLine[]; next: number | null }>

/**
 * One page of events, newest first, from before the event `before` on. A page ends when it is full,
 * when it has looked at 2,000 rows, or at one segment of the archive: so it may hold fewer events
 * than asked for, or none, and only `next: null` is the end. No index is kept for what is searched
 * once a year and written with each event; the order of ids, and that of a user's events, serve
 * every filter.
 */
export async function searchEvents(deps: Reads, wanted: Wanted): Promise<Page> {
  const through = await archivedThrough(deps)
  if (wanted.before <= through + 1) return archived(deps, wanted)
  const range = await idRange(deps, wanted.filter)
  const top = Math.min(wanted.before, range.end)
  if (top <= range.start) return archived(deps, { ...wanted, before: through + 1 })
  const isWhole = range.start > through + 1 || through === 0
  const page = await recent(deps, wanted, { ...range, top, isWhole })
  // What was archived meanwhile may have gone from under the page.
  return (await archivedThrough(deps)) > through ? searchEvents(deps, wanted) : page
}

async function recent(
  deps: Reads,
  { filter, limit }: Wanted,
  { start, top, isWhole }: { start: number; top: number; isWhole: boolean },
): Promise<Page> {
  const isOfUser = filter.user === undefined ? sql`` : sql`AND user_id = ${filter.user}`
  const window = sql`FROM audit_events WHERE id >= ${start} AND id < ${top} ${isOfUser}
    ORDER BY id DESC LIMIT ${SCAN}`
  const found = await callStore(deps, 'database', () =>
    deps.db.all<StoredEvent>(
      sql`SELECT * FROM (SELECT * ${window}) WHERE ${conditionOf(filter)}
        ORDER BY id DESC LIMIT ${limit + 1}`,
    ),
  )
  const lines = await openLines(deps, found.slice(0, limit).map(lineOf))
  if (found.length > limit) return { lines, next: lines.at(-1)?.entry.id ?? null }
  const lowest = filter.user === undefined ? top - SCAN : await lowestOf(deps, window)
  if (lowest > start) return { lines, next: lowest }
  return { lines, next: isWhole ? null : start }
}

/** The id at which a full window ends. */
async function lowestOf(
  deps: Pick<Deps, 'db' | 'patience'>,
  window: ReturnType<typeof sql>,
): Promise<number> {
  const row = await callStore(deps, 'database', () =>
    deps.db.get<{ id: number | null; rows: number }>(
      sql`SELECT min(id) AS id, count(*) AS rows FROM (SELECT id ${window})`,
    ),
  )
  return row.rows < SCAN ? 0 : (row.id ?? 0)
}

async function archived(deps: Reads, { filter, before, limit }: Wanted): Promise<Page> {
  const segment = await callStore(deps, 'database', () =>
    deps.db
      .select({ first: auditSegments.first })
      .from(auditSegments)
      .where(
        and(
          lt(auditSegments.first, before),
          filter.from === undefined ? undefined : gte(auditSegments.until, new Date(filter.from)),
          filter.to === undefined ? undefined : lt(auditSegments.since, new Date(filter.to)),
        ),
      )
      .orderBy(desc(auditSegments.first))
      .limit(1)
      .get(),
  )
  if (!segment) return { lines: [], next: null }
  const found = (await matchingLines(deps, segment.first, filter))
    .filter(({ entry }) => entry.id < before)
    .toReversed()
  const lines = found.slice(0, limit)
  if (found.length > limit) return { lines, next: lines.at(-1)?.entry.id ?? null }
  return { lines, next: segment.first > 1 ? segment.first : null }
}

/** The events of a segment that a filter finds, oldest first. */
export async function matchingLines(deps: Reads, first: number, filter: EventFilter) {
  const lines = await readSegment(deps, first)
  const candidates = lines.filter(({ entry }) => matchesEntry(filter, entry))
  return (await openLines(deps, candidates)).filter((line) => matchesPersonal(filter, line))
}

/** The first segment with events after an id that a filter may find. */
export const segmentAfter = (
  deps: Pick<Deps, 'db' | 'patience'>,
  after: number,
  { from, to }: EventFilter,
) =>
  callStore(deps, 'database', () =>
    deps.db
      .select({ first: auditSegments.first })
      .from(auditSegments)
      .where(
        and(
          gt(auditSegments.first, after + 1 - SEGMENT_SIZE),
          from === undefined ? undefined : gte(auditSegments.until, new Date(from)),
          to === undefined ? undefined : lt(auditSegments.since, new Date(to)),
        ),
      )
      .orderBy(auditSegments.first)
      .limit(1)
      .get(),
  )
