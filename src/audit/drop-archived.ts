import { and, desc, eq, lt, lte, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { auditHeads, auditSegments, auditTiles } from '../db/audit-schema'
import { reach } from '../reach'
import { requireArchived } from './archived'
import { SEGMENT_SIZE } from './segment'
import { TILE_WIDTH } from './tiles'

const DAY_MS = 86_400_000
/** Rows that one statement deletes. */
const CHUNK = 1024

/** The last event that is in the archive; 0 before there is one. */
export async function archivedThrough(deps: Pick<Deps, 'db' | 'patience'>): Promise<number> {
  const newest = await newestSegment(deps)
  return newest ? newest.first + SEGMENT_SIZE - 1 : 0
}

const newestSegment = ({ db, patience }: Pick<Deps, 'db' | 'patience'>) =>
  reach({ patience }, 'database', () =>
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
    const chunk = await reach(deps, 'database', () =>
      db.run(sql`DELETE FROM audit_events WHERE id IN
        (SELECT id FROM audit_events WHERE id <= ${last} ORDER BY id LIMIT ${CHUNK})`),
    )
    deleted += chunk.meta.changes
    if (chunk.meta.changes < CHUNK) break
  }
  await reach(deps, 'database', () =>
    db
      .delete(auditTiles)
      .where(and(eq(auditTiles.level, 0), lt(auditTiles.number, last / TILE_WIDTH))),
  )
  return deleted
}

/** Days for which every head stays; then one an hour does. */
const HEAD_DAYS = 7
const HEADS = 2000

/** Deletes all but the last head of each hour that is long over. */
export async function dropHeads(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<number> {
  const before = new Date(deps.now().getTime() - HEAD_DAYS * DAY_MS)
  const dropped = await reach(deps, 'database', () =>
    deps.db.delete(auditHeads).where(
      and(
        lte(auditHeads.at, before),
        sql`size IN (SELECT size FROM (SELECT size, at / 3600000 AS hour,
            lead(at / 3600000) OVER (ORDER BY size) AS next
            FROM audit_heads ORDER BY size) WHERE next = hour LIMIT ${HEADS})`,
      ),
    ),
  )
  return dropped.meta.changes
}
