import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { callStore } from '../../../platform/call-store'
import { auditSegments } from '../../../platform/db/audit-schema'
import type { Deps } from '../../../platform/deps'
import { DAY_MS } from '../../../platform/time'
import { proveSigned } from '../prove-signed'
import { newestHead } from '../tree/heads'
import { storedTiles, tileKey } from '../tree/read-tiles'
import { TILE_WIDTH, tileName } from '../tree/tiles'
import { requireFree } from './archived'
import { archivedThrough, deleteArchived, dropHeads } from './drop-archived'
import { manifestKey, pack, SEGMENT_SIZE, segmentKey } from './segment'
import { entriesFrom, linesOf, requireSealed } from './segment-lines'
import type { StoredEvent } from './stored-event'

/** Segments that one run writes: one to two seconds of CPU, and 1.5 million events a day. */
const SEGMENTS = 4
const TILES = SEGMENT_SIZE / TILE_WIDTH

/**
 * Moves events older than the retention into the archive, a segment at a time: written, read back,
 * compared with the tree, noted, and only then deleted from D1. A run that is cut off anywhere
 * leaves objects that the next one writes again, or rows that it deletes.
 */
export async function archiveEvents(deps: Deps): Promise<Record<string, number>> {
  let archived = 0
  let deleted = await deleteArchived(deps)
  while (archived < SEGMENTS && (await archiveNext(deps))) {
    archived += 1
    deleted += await deleteArchived(deps)
  }
  return { segments: archived, deleted, heads: await dropHeads(deps) }
}

/** Archives the next segment, if all of it is old enough. */
async function archiveNext(deps: Deps): Promise<boolean> {
  const { db, now, settings } = deps
  const first = (await archivedThrough(deps)) + 1
  const last = first + SEGMENT_SIZE - 1
  const head = await newestHead(deps)
  // The newest event stays, whatever its age: the next id is one above it.
  if (!head || head.size <= last) return false
  const kept = now().getTime() - settings.AUDIT_RETENTION_DAYS * DAY_MS
  const [newest] = await callStore(deps, 'database', () =>
    db.all<{ at: number }>(
      sql`SELECT at FROM audit_events WHERE id <= ${last} ORDER BY id DESC LIMIT 1`,
    ),
  )
  if (newest && newest.at > kept) return false
  const rows = await callStore(deps, 'database', () =>
    db.all<StoredEvent>(
      sql`SELECT * FROM audit_events WHERE id BETWEEN ${first} AND ${last} ORDER BY id`,
    ),
  )
  // Of events that are all missing there is no time: their leaves say so, and can go at once.
  const times = rows.length > 0 ? rows.map(({ at }) => at) : [0]
  const [since, until] = [Math.min(...times), Math.max(...times)]
  if (until > kept) return false
  const refs = tilesFrom(first)
  const tiles = await storedTiles(deps, refs)
  const entries = entriesFrom(first, rows)
  await requireSealed(deps, { entries, rows, tiles })
  // The head is of more than has been archived: the proof leads from one to the other, offline too.
  const { first_root: root, proof } = await proveSigned(deps, head, entries)
  await requireFree(deps, first, root)
  const object = new Uint8Array(await pack(await linesOf(deps, entries, rows)))
  const sha256 = createHash('sha256').update(object).digest('base64url')
  const range = { v: 1, log: settings.ISSUER, first, last, since, until }
  const parts = { bytes: object.length, sha256, root, proof, head: head.jws }
  const manifest = JSON.stringify({ ...range, ...parts })
  await write(deps, segmentKey(first), object)
  for (const ref of refs) {
    await write(deps, tileKey(ref), Buffer.concat(tiles.get(tileName(ref)) ?? []))
  }
  await write(deps, manifestKey(first), Buffer.from(manifest))
  await callStore(deps, 'database', () =>
    db
      .insert(auditSegments)
      .values({ first, since: new Date(since), until: new Date(until), sha256 })
      .onConflictDoNothing(),
  )
  return true
}

const tilesFrom = (first: number) =>
  Array.from({ length: TILES }, (_, at) => ({ level: 0, number: (first - 1) / TILE_WIDTH + at }))

/** Writes an object and reads it back: what the archive gives back is what counts. */
async function write(deps: Pick<Deps, 'archive' | 'patience'>, key: string, bytes: Uint8Array) {
  const { archive } = deps
  await callStore(deps, 'archive', () => archive.put(key, bytes))
  const kept = await callStore(deps, 'archive', async () => (await archive.get(key))?.arrayBuffer())
  if (!kept || Buffer.compare(new Uint8Array(kept), bytes) !== 0)
    throw new Error(`the archive does not give back ${key}`)
}
