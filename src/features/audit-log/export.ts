import { sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'
import { archivedThrough } from './archive/drop-archived'
import { type LogLine, openLines, SEGMENT_SIZE } from './archive/segment'
import { lineOf, type StoredEvent } from './archive/stored-event'
import { conditionOf, type EventFilter, isEmpty } from './event-query'
import { idRange } from './id-range'
import { matchingLines, segmentAfter } from './search'
import { newestHead } from './tree/heads'

/** Events read at a time. */
const PAGE = 1000
/** Events that one export looks at; it says where the next one goes on. About a second of CPU. */
const MOST = 50_000

type Reads = Pick<Deps, 'db' | 'archive' | 'settings' | 'caller' | 'now' | 'patience'>
type Wanted = Readonly<{ filter: EventFilter; after: number; userId: string }>

/**
 * Writes events as NDJSON, oldest first: a line about the export, one an event, now and then how
 * far it is, and a last line, without which the file was cut off. The offline verifier reads it.
 * Pages are read as the client takes them, so that no more than one is in memory.
 */
export async function exportEvents(deps: Reads, { filter, after, userId }: Wanted) {
  const [head, range] = await Promise.all([newestHead(deps), idRange(deps, filter)])
  await recordEvent(deps, {
    event: 'audit_exported',
    userId,
    actor: userId,
    data: { after, filtered: !isEmpty(filter) },
  })
  const about = { v: 1, log: deps.settings.ISSUER, first: after + 1, last: range.end - 1 }
  const header = { ...about, head: head?.jws ?? null, filtered: !isEmpty(filter) }
  const lines = exportLines(deps, { filter, after, range, header })
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await lines.next()
        if (done) return controller.close()
        controller.enqueue(encoder.encode(value))
      },
    },
    { highWaterMark: 0 },
  )
}

type Plan = Readonly<{
  filter: EventFilter
  after: number
  range: { start: number; end: number }
  header: object
}>

type Page = Readonly<{ lines: readonly LogLine[]; through: number }>

async function* exportLines(deps: Reads, plan: Plan): AsyncGenerator<string, void> {
  const { range, header } = plan
  yield line({ audit_log: header })
  let [at, count, looked] = [plan.after, 0, 0]
  while (at < range.end - 1 && looked < MOST) {
    const page = await nextPage(deps, plan, at)
    looked += page.through - at
    count += page.lines.length
    at = page.through
    const progress = { done: Math.min(at, range.end - 1), of: range.end - 1 }
    yield `${page.lines.map(line).join('')}${line({ progress })}`
  }
  yield line({ end: { count, next: at < range.end - 1 ? at : null } })
}

const line = (value: LogLine | object) => `${JSON.stringify(value)}\n`

/** The events that the filter finds after an id, and how far that has looked. */
async function nextPage(deps: Reads, plan: Plan, after: number): Promise<Page> {
  const { filter, range } = plan
  const through = await archivedThrough(deps)
  if (after < through) {
    const segment = await segmentAfter(deps, after, filter)
    if (!segment) return { lines: [], through }
    const lines = await matchingLines(deps, segment.first, filter)
    const last = segment.first + SEGMENT_SIZE - 1
    return { lines: lines.filter(({ entry }) => entry.id > after), through: last }
  }
  const from = Math.max(after, range.start - 1)
  const to = Math.min(from + PAGE, range.end - 1)
  const rows = await callStore(deps, 'database', () =>
    deps.db.all<StoredEvent>(
      sql`SELECT * FROM audit_events WHERE id > ${from} AND id <= ${to}
        AND ${conditionOf(filter)} ORDER BY id`,
    ),
  )
  // What was archived meanwhile may have gone from under the page: the client takes its time.
  if ((await archivedThrough(deps)) > through) return nextPage(deps, plan, after)
  return { lines: await openLines(deps, rows.map(lineOf)), through: to }
}
