import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { callStore } from '../../../platform/call-store'
import { auditHeads, auditSegments, auditTiles } from '../../../platform/db/audit-schema'
import type { Deps } from '../../../platform/deps'
import { DAY_MS, HOUR_MS } from '../../../platform/time'
import { TILE_WIDTH } from '../tree/tiles'
import { requireArchived } from './archived'
import { SEGMENT_SIZE } from './segment'

/** Rows that one statement deletes. */
const CHUNK = 1024

/** The last event that is in the archive; 0 before there is one. */
export async function archivedThrough(deps: Pick<Deps, 'db' | 'patience'>): Promise<number> {
  const newest = await newestSegment(deps)
  return newest ? newest.first + SEGMENT_SIZE - 1 : 0
}

const newestSegment = ({ db, patience }: Pick<Deps, 'db' | 'patience'>) =>
  callStore({ patience }, 'database', () =>
    db
      .select({ first: auditSegments.first, sha256: auditSegments.sha256 })
      .from(auditSegments)
      .orderBy(desc(auditSegments.first))
      .limit(1)
      .get(),
  )

/** Deletes from D1 what the archive has, in bounded chunks. */
export async function deleteArchived(deps: Deps): Promise<number> {
  const { db } = deps
  const newest = await newestSegment(deps)
  if (!newest) return 0
  await requireArchived(deps, newest)
  const last = newest.first + SEGMENT_SIZE - 1
  let deleted = 0
  for (;;) {
    const chunk = await callStore(deps, 'database', () =>
      db.run(sql`DELETE FROM audit_events WHERE id IN
        (SELECT id FROM audit_events WHERE id <= ${last} ORDER BY id LIMIT ${CHUNK})`),
    )
    deleted += chunk.meta.changes
    if (chunk.meta.changes < CHUNK) break
  }
  await callStore(deps, 'database', () =>
    db
      .delete(auditTiles)
      .where(and(eq(auditTiles.level, 0), lt(auditTiles.number, last / TILE_WIDTH))),
  )
  return deleted
}

/** Days for which every head stays; then one an hour does. */
const HEAD_DAYS = 7
/** Heads that one run looks at, the newest of before: older ones are thinned out already. */
const HEADS = 500

/**
 * Deletes all but the last head of each hour that is long over; after a silence, a part of them a
 * run.
 */
export async function dropHeads(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<number> {
  const before = deps.now().getTime() - HEAD_DAYS * DAY_MS
  const hour = sql.raw(`at / ${HOUR_MS}`)
  const looked = sql`SELECT size, at FROM audit_heads INDEXED BY audit_heads_at
    WHERE at <= ${before} ORDER BY at DESC, size DESC LIMIT ${HEADS}`
  const dropped = await callStore(deps, 'database', () =>
    deps.db.delete(auditHeads).where(
      sql`size IN (SELECT size FROM (${looked}) AS head
        WHERE ${hour} = (SELECT ${hour} FROM audit_heads AS next
          WHERE next.size > head.size ORDER BY next.size LIMIT 1))`,
    ),
  )
  return dropped.meta.changes
}
