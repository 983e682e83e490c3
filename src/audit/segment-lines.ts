import type { Deps } from '../context'
import { canonical, type Entry, type Gap, gapAt } from './entry'
import { leafHash } from './merkle'
import { boxPersonal, makePersonalKeys } from './personal-box'
import { recordEvent } from './record'
import { SEGMENT_SIZE, type SegmentLine } from './segment'
import { entryOf, personalOf, type StoredEvent } from './stored-event'
import { TILE_WIDTH, tileName, type Tiles } from './tiles'

/** The rows as entries, one an id. */
export function entriesFrom(first: number, rows: readonly StoredEvent[]): (Entry | Gap)[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return Array.from({ length: SEGMENT_SIZE }, (_, at) => {
    const row = byId.get(first + at)
    return row ? entryOf(row) : gapAt(first + at)
  })
}

/** Nothing is archived, and so nothing deleted, that is not what was sealed: it is evidence. */
export async function requireSealed(deps: Deps, entries: readonly (Entry | Gap)[], tiles: Tiles) {
  const wrong = entries.find((entry) => {
    const leaf = entry.id - 1
    const tile = tiles.get(tileName({ level: 0, number: Math.floor(leaf / TILE_WIDTH) }))
    const sealed = tile?.[leaf % TILE_WIDTH]
    return !sealed || Buffer.compare(sealed, leafHash(canonical(entry))) !== 0
  })
  if (!wrong) return
  const data = { entry: wrong.id }
  await recordEvent(deps, { event: 'sys_audit_mismatch', actor: 'system', data })
  throw new Error(`entry ${wrong.id} of the audit log is not what was sealed`)
}

/** The lines of a segment: what is personal is in the clear only where it is nobody's. */
export async function linesOf(
  deps: Deps,
  entries: readonly (Entry | Gap)[],
  rows: readonly StoredEvent[],
): Promise<SegmentLine[]> {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const users = rows.filter(({ salt }) => salt !== null).map((row) => row.user_id)
  const ids = [...new Set(users)].filter((id) => id !== null)
  const keys = await makePersonalKeys(deps, ids)
  return Promise.all(
    entries.map(async (entry) => {
      const row = byId.get(entry.id)
      const personal = row && personalOf(row)
      if (!personal) return { entry }
      if (row.user_id === null) return { entry, personal }
      const key = keys.get(row.user_id)
      return key ? { entry, sealed: await boxPersonal(key, entry.id, personal) } : { entry }
    }),
  )
}
