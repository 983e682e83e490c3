import { inArray, sql } from 'drizzle-orm'
import { canonical, gapAt } from '../../platform/audit/entry'
import { callStore } from '../../platform/call-store'
import { auditHeads } from '../../platform/db/audit-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { archivedThrough } from './archive/drop-archived'
import { readSegment, segmentOf } from './archive/segment'
import { entryOf, type StoredEvent } from './archive/stored-event'
import { newestHead } from './tree/heads'
import {
  base64url,
  consistencyPath,
  coveringNodes,
  inclusionPath,
  leafHash,
  type Node,
} from './tree/merkle'
import { readTiles } from './tree/read-tiles'
import { hashesOf, rootOf, tilesOf } from './tree/tiles'

type Reads = Pick<Deps, 'db' | 'archive' | 'settings' | 'patience'>

/**
 * Proves that an event stands in the log (RFC 9162 §2.1.3): at most four tiles a level, so 12 reads
 * among ten million events, and one segment more for what is archived.
 */
export async function proveInclusion(deps: Reads, id: number, size?: number) {
  const treeSize = await sizeWithin(deps, size)
  if (id > treeSize) throw problem('not_found', { reason: 'not sealed yet' })
  const path = inclusionPath(id - 1, treeSize)
  const [entry, tiles, heads] = await Promise.all([
    readEntry(deps, id),
    tilesFor(deps, path, [treeSize]),
    headsOf(deps, [treeSize]),
  ])
  return {
    log: deps.settings.ISSUER,
    entry,
    index: id - 1,
    size: treeSize,
    leaf_hash: base64url(leafHash(canonical(entry))),
    proof: hashesOf(tiles, path).map(base64url),
    root: base64url(rootOf(tiles, treeSize)),
    head: heads.get(treeSize) ?? null,
  }
}

/** Proves that the log of `second` events begins with the log of `first` (RFC 9162 §2.1.4). */
export async function proveConsistency(deps: Reads, first: number, second?: number) {
  const size = await sizeWithin(deps, second)
  if (first > size) throw outOfRange('first', size)
  const path = consistencyPath(first, size)
  const [tiles, heads] = await Promise.all([
    tilesFor(deps, path, [first, size]),
    headsOf(deps, [first, size]),
  ])
  return {
    log: deps.settings.ISSUER,
    first,
    second: size,
    first_root: base64url(rootOf(tiles, first)),
    second_root: base64url(rootOf(tiles, size)),
    proof: hashesOf(tiles, path).map(base64url),
    first_head: heads.get(first) ?? null,
    second_head: heads.get(size) ?? null,
  }
}

/** The size that was asked for, or that of the newest head, which is also the largest there is. */
async function sizeWithin(deps: Reads, wanted: number | undefined): Promise<number> {
  const head = await newestHead(deps)
  if (!head) throw problem('not_found', { reason: 'nothing is sealed yet' })
  if (wanted !== undefined && wanted > head.size) throw outOfRange('size', head.size)
  return wanted ?? head.size
}

const outOfRange = (name: string, size: number) =>
  problem('invalid_request', {
    errors: [{ pointer: `#/${name}`, detail: `must be at most ${size}` }],
  })

const tilesFor = (deps: Reads, path: readonly Node[][], sizes: readonly number[]) =>
  readTiles(deps, tilesOf([...path.flat(), ...sizes.flatMap((size) => coveringNodes(0, size))]))

/** The signed heads of these sizes, as far as they are kept. */
async function headsOf(deps: Reads, sizes: number[]) {
  const rows = await callStore(deps, 'database', () =>
    deps.db.select().from(auditHeads).where(inArray(auditHeads.size, sizes)),
  )
  return new Map(rows.map(({ size, jws }) => [size, jws]))
}

async function readEntry(deps: Reads, id: number) {
  const [row] = await callStore(deps, 'database', () =>
    deps.db.all<StoredEvent>(sql`SELECT * FROM audit_events WHERE id = ${id}`),
  )
  if (row) return entryOf(row)
  // Asked after the row: what goes from D1 has been noted as archived before.
  if (id > (await archivedThrough(deps))) return gapAt(id)
  const lines = await readSegment(deps, segmentOf(id))
  return lines.find(({ entry }) => entry.id === id)?.entry ?? gapAt(id)
}
