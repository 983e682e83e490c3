import { and, isNull, lte, sql } from 'drizzle-orm'
import { tellOnceSince } from '../../identity/accounts/once-since'
import { DOCUMENTS_PREFIX } from '../../identity/merchant-profile/document-objects'
import { recordSampled } from '../../platform/audit/sampled'
import { callStore } from '../../platform/call-store'
import { merchantDocuments } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import type { Counts } from '../../platform/jobs/job'
import { log } from '../../platform/log'
import { DAY_MS, HOUR_MS } from '../../platform/time'
import { notePlace, readPlace, walkDocuments } from './document-walk'
import { readUnknownSince, sortUnknown, writeUnknownSince } from './unknown-since'

/** Rows that one run deletes; the rest is there at the next. */
const ROWS = 100
/** Longer than any upload runs (platform/body/upload.ts). */
const UNFINISHED_MS = HOUR_MS
/** Twice as long as a restore of D1, which brings rows back, can be undone (decision 031). */
const KEPT_MS = 60 * DAY_MS
/** Objects of one page: so many the archive lists, and deletes, in one call. */
const PAGE = 1000

/**
 * Ends uploads that were cut off, and removes objects that no row has known for sixty days. The
 * object of such an upload stays as long: D1 may have been put back into the midst of it.
 */
export async function purgeOrphans(deps: Deps, pageSize = PAGE): Promise<Counts> {
  const uploads = await endUnfinished(deps)
  const objects = await dropUnknown(deps, pageSize)
  return { uploads, objects }
}

/** By its row an upload that still runs learns that it has ended. */
async function endUnfinished(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<number> {
  const { db } = deps
  const begun = new Date(deps.now().getTime() - UNFINISHED_MS)
  const isOver = and(isNull(merchantDocuments.storedAt), lte(merchantDocuments.createdAt, begun))
  const ended = await callStore(deps, 'database', () =>
    db
      .delete(merchantDocuments)
      .where(
        sql`(user_id, id) IN (${db
          .select({ userId: merchantDocuments.userId, id: merchantDocuments.id })
          .from(merchantDocuments)
          .where(isOver)
          .limit(ROWS)})`,
      ),
  )
  return ended.meta.changes
}

/** Looks at all pages before anything is deleted: one that is mostly unknown stops the run. */
async function dropUnknown(deps: Deps, pageSize: number): Promise<number> {
  const { keys: looked, last } = await walkDocuments(deps, await readPlace(deps), pageSize)
  // Before an alarm ends the run: the next one looks at other pages.
  if (last !== undefined) await notePlace(deps, last)
  const unknown: string[] = []
  for (const page of evenPages(looked, pageSize)) {
    const some = await unknownOf(deps, page)
    if (some.length > page.length / 2) await refuseUnknown(deps, page, some)
    unknown.push(...some)
  }
  const { since: before, etag } = await readUnknownSince(deps)
  const time = { now: deps.now().getTime(), keptMs: KEPT_MS }
  const { over, since } = sortUnknown(before, { looked, unknown }, time)
  for (const keys of evenPages(over, pageSize)) {
    await callStore(deps, 'archive', () => deps.archive.delete(keys))
  }
  if (before.size + since.size > 0) await writeUnknownSince(deps, { since, etag })
  return over.length
}

/** In pages of like size: of a last one with a single object that one would be the most. */
function evenPages<T>(all: readonly T[], most: number): T[][] {
  const pages = Math.ceil(all.length / most)
  const begin = (page: number) => Math.floor((page * all.length) / pages)
  return Array.from({ length: pages }, (_, page) => all.slice(begin(page), begin(page + 1)))
}

async function unknownOf(deps: Pick<Deps, 'db' | 'patience'>, page: readonly string[]) {
  const keys = JSON.stringify(page)
  const rows = await callStore(deps, 'database', () =>
    deps.db.all<{ key: string }>(
      sql`SELECT object.value AS key FROM json_each(${keys}) AS object
        WHERE NOT EXISTS (SELECT 1 FROM merchant_documents AS document
          WHERE document.user_id = substr(object.value, ${DOCUMENTS_PREFIX.length + 1}, 26)
            AND document.object_key = object.value)`,
    ),
  )
  return rows.map(({ key }) => key)
}

/**
 * Raises the alarm that the database is not the one whose documents these are: another one is
 * bound, or it was put back. The log names the objects, since wrangler cannot list them.
 */
async function refuseUnknown(
  deps: Deps,
  page: readonly string[],
  unknown: readonly string[],
): Promise<never> {
  const counts = { unknown: unknown.length, objects: page.length }
  const where = { first: page.at(0) ?? '', last: page.at(-1) ?? '' }
  log('error', 'sys_documents_unknown', { ...counts, keys: unknown })
  const data = { ...counts, ...where }
  await recordSampled(deps, { event: 'sys_documents_unknown', actor: 'system', data })
  const since = new Date(deps.now().getTime() - DAY_MS)
  const notice = { template: 'documents_unknown', data: counts } as const
  await tellOnceSince(deps, 'drop-leftovers:mailed', since, async () => notice)
  throw new Error(`${counts.unknown} of ${counts.objects} documents have no row`)
}
