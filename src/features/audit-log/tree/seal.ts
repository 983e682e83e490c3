import { type SQL, sql } from 'drizzle-orm'
import { canonical, gapAt } from '../../../platform/audit/entry'
import { recordEvent } from '../../../platform/audit/record'
import { callStore } from '../../../platform/call-store'
import { auditHeads, auditTiles } from '../../../platform/db/audit-schema'
import { batch } from '../../../platform/db/batch'
import { insertWhere } from '../../../platform/db/insert-where'
import type { Deps } from '../../../platform/deps'
import { entryOf, type StoredEvent } from '../archive/stored-event'
import { newestHead } from './heads'
import { base64url, type Hash, leafHash } from './merkle'
import { storedTiles } from './read-tiles'
import { requireTail } from './require-tail'
import {
  append,
  edgeOf,
  encodeTile,
  rootOf,
  TILE_WIDTH,
  tileName,
  type TileRef,
  type Tiles,
} from './tiles'
import { signHead, type TreeHead } from './tree-head'
import { witness } from './witness'

/** Events that one head takes in: of the largest 9 MB, in a memory of 128; and four tiles. */
const CHUNK = 1000
/** Heads that one run signs: a minute's worth at 600 events a second, in two seconds of CPU. */
const ROUNDS = 40

/**
 * Takes new events into the tree and signs its head, at most 40,000 a run, oldest first. Two runs
 * at once, or one that was cut off, lose and double nothing: a head is stored only on the one
 * before it, its tiles only with it.
 */
export async function sealEvents(deps: Deps): Promise<Record<string, number>> {
  let sealed = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const count = await sealChunk(deps)
    sealed += count
    if (count < CHUNK) break
  }
  await witness(deps)
  return { sealed }
}

async function sealChunk(deps: Deps): Promise<number> {
  const { db, settings } = deps
  const before = await newestHead(deps)
  const size = before?.size ?? 0
  const last = { level: 0, number: Math.floor((size - 1) / TILE_WIDTH) }
  const [[first, ...others], tiles] = await Promise.all([
    eventsFrom(deps, size, CHUNK + 1),
    storedTiles(deps, before ? [last, ...edgeOf(size)] : []),
  ])
  if (before) await requireTail(deps, { head: before, tiles, row: first })
  const rows = first && first.id > size ? [first, ...others] : others
  if (rows.length === 0) return 0
  const { leaves, gaps } = leavesAfter(size, rows)
  const changed = append(tiles, size, leaves)
  const head: TreeHead = {
    v: 1,
    log: settings.ISSUER,
    size: size + leaves.length,
    root: base64url(rootOf(tiles, size + leaves.length)),
    // A clock that was put back does not take the log back with it.
    at: Math.max(deps.now().getTime(), before?.at.getTime() ?? 0),
  }
  const jws = await signHead(settings.AUDIT_KEYS, head)
  const isNext = sql`COALESCE((SELECT max(size) FROM audit_heads), 0) = ${size}`
  const isOurs = sql`EXISTS (SELECT 1 FROM audit_heads WHERE size = ${head.size} AND jws = ${jws})`
  const gap = { event: 'sys_audit_gap', actor: 'system', data: { gaps, size: head.size } } as const
  const { stored } = await callStore(deps, 'database', () =>
    batch(db, {
      // First: the rest asks whether this head is there.
      stored: insertWhere(db, auditHeads, { size: head.size, at: head.at, jws }, isNext).returning({
        size: auditHeads.size,
      }),
      ...Object.fromEntries(
        changed.map((ref) => [tileName(ref), storeTile(deps, { ...ref, tiles }, isOurs)]),
      ),
      gap: gaps > 0 ? recordEvent(deps, gap, isOurs) : undefined,
    }),
  )
  return stored.length === 0 ? 0 : leaves.length
}

const storeTile = (
  { db }: Pick<Deps, 'db'>,
  { tiles, level, number }: TileRef & { tiles: Tiles },
  when: SQL,
) => {
  const hashes = encodeTile(tiles.get(tileName({ level, number })) ?? [])
  return insertWhere(db, auditTiles, { level, number, hashes }, when).onConflictDoUpdate({
    target: [auditTiles.level, auditTiles.number],
    set: { hashes: sql`excluded.hashes` },
  })
}

/** Events from an id on, oldest first. */
const eventsFrom = (deps: Pick<Deps, 'db' | 'patience'>, id: number, limit: number) =>
  callStore(deps, 'database', () =>
    deps.db.all<StoredEvent>(
      sql`SELECT * FROM audit_events WHERE id >= ${id} ORDER BY id LIMIT ${limit}`,
    ),
  )

/** One leaf an id: an event that is missing gets a leaf that says so, and the log goes on. */
function leavesAfter(size: number, rows: readonly StoredEvent[]) {
  const leaves: Hash[] = []
  let gaps = 0
  for (const row of rows) {
    for (; size + leaves.length + 1 < row.id && leaves.length < CHUNK; gaps += 1)
      leaves.push(leafHash(canonical(gapAt(size + leaves.length + 1))))
    if (leaves.length >= CHUNK) break
    leaves.push(leafHash(canonical(entryOf(row))))
  }
  return { leaves, gaps }
}
