import {
  canonical,
  type Entry,
  type Gap,
  gapAt,
  personalHash,
  personOf,
} from '../platform/audit/entry'
import { boxPersonal, makePersonalKeys } from '../platform/audit/personal-box'
import type { Deps } from '../platform/deps'
import { leafHash } from './merkle'
import { refuseMismatch } from './mismatch'
import { SEGMENT_SIZE, type SegmentLine } from './segment'
import { entryOf, personalOf, type StoredEvent, textOf } from './stored-event'
import { TILE_WIDTH, tileName, type Tiles } from './tiles'

/** The rows as entries, one an id. */
export function entriesFrom(first: number, rows: readonly StoredEvent[]): (Entry | Gap)[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return Array.from({ length: SEGMENT_SIZE }, (_, at) => {
    const row = byId.get(first + at)
    return row ? entryOf(row) : gapAt(first + at)
  })
}

type Sealed = Readonly<{
  entries: readonly (Entry | Gap)[]
  rows: readonly StoredEvent[]
  tiles: Tiles
}>

/** Nothing is archived, and so nothing deleted, that is not what was sealed: it is evidence. */
export async function requireSealed(deps: Deps, { entries, rows, tiles }: Sealed): Promise<void> {
  const wrong = entries.find((entry) => !isLeaf(entry, tiles)) ?? rows.find((row) => !isWhole(row))
  if (!wrong) return
  const message = `entry ${wrong.id} of the audit log is not what was sealed`
  await refuseMismatch(deps, { entry: wrong.id }, message)
}

function isLeaf(entry: Entry | Gap, tiles: Tiles): boolean {
  const leaf = entry.id - 1
  const tile = tiles.get(tileName({ level: 0, number: Math.floor(leaf / TILE_WIDTH) }))
  const sealed = tile?.[leaf % TILE_WIDTH]
  return sealed !== undefined && Buffer.compare(sealed, leafHash(canonical(entry))) === 0
}

/**
 * Encrypted, what is personal can be checked by nobody any more: here is the last look at it. A
 * text that was taken out would look erased from here on.
 */
function isWhole(row: StoredEvent): boolean {
  if ((row.text === null) !== (row.text_hash === null)) return false
  const salted = personalOf(row)
  if (!salted) return true
  const { salt, ...personal } = salted
  return personalHash(salt, personal) === row.personal
}

/** The lines of a segment: what is personal is in the clear only where it is nobody's. */
export async function linesOf(
  deps: Deps,
  entries: readonly (Entry | Gap)[],
  rows: readonly StoredEvent[],
): Promise<SegmentLine[]> {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const users = rows.filter(({ salt }) => salt !== null).map(personOf)
  const ids = [...new Set(users)].filter((id) => id !== null)
  const keys = await makePersonalKeys(deps, ids)
  return Promise.all(
    entries.map(async (entry) => {
      const row = byId.get(entry.id)
      if (!row) return { entry }
      const line = { entry, ...textOf(row) }
      const personal = personalOf(row)
      if (!personal) return line
      const person = personOf(row)
      if (person === null) return { ...line, personal }
      const key = keys.get(person)
      return key ? { ...line, sealed: await boxPersonal(key, entry.id, personal) } : line
    }),
  )
}
