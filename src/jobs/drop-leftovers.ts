import { and, isNull, lte, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { merchantDocuments } from '../db/merchant-schema'
import { DOCUMENTS_PREFIX } from '../merchants/document-objects'
import { reach } from '../reach'
import type { Counts } from './job'

/** Rows that one run deletes; the rest is there at the next. */
const ROWS = 100
/** Longer than any upload runs (http/upload.ts). */
const UNFINISHED_MS = 3_600_000
const RUN_MS = 900_000
/** Pages of objects that one run looks at. */
const PAGES = 5
const PAGE = 1000
/** In the order of the archive's keys. */
const BASE64URL = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
/** The golden ratio: steps of it leave no place out for long, and need no note of the one before. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * Ends uploads that were cut off, and removes objects that no row knows of. Objects have no index by
 * row, so each run looks at those of one 64th of all users, by the first character of their random ids:
 * sixteen hours for all of them, and no place where a run has to note how far it came. Of a part with more
 * objects than a run can look at, each run takes others.
 */
export async function dropLeftovers(
  deps: Pick<Deps, 'db' | 'now' | 'archive' | 'patience'>,
  pageSize = PAGE,
): Promise<Counts> {
  const uploads = await endUnfinished(deps)
  const objects = await dropUnknown(deps, pageSize)
  return { uploads, objects }
}

/** First the rows, by which an upload that still runs learns that it has ended, then what it has left. */
async function endUnfinished(deps: Pick<Deps, 'db' | 'now' | 'archive' | 'patience'>) {
  const { db, now, archive } = deps
  const begun = new Date(now().getTime() - UNFINISHED_MS)
  const isOver = and(isNull(merchantDocuments.storedAt), lte(merchantDocuments.createdAt, begun))
  const ended = await db
    .delete(merchantDocuments)
    .where(
      sql`(user_id, id) IN (${db
        .select({ userId: merchantDocuments.userId, id: merchantDocuments.id })
        .from(merchantDocuments)
        .where(isOver)
        .limit(ROWS)})`,
    )
    .returning({ key: merchantDocuments.objectKey })
  if (ended.length > 0)
    await reach(deps, 'archive', () => archive.delete(ended.map(({ key }) => key)))
  return ended.length
}

async function dropUnknown(
  deps: Pick<Deps, 'db' | 'now' | 'archive' | 'patience'>,
  pageSize: number,
): Promise<number> {
  const { prefix, start } = turnAt(deps.now().getTime())
  const look = (startAfter?: string) =>
    dropPage(deps, { prefix, limit: pageSize, ...(startAfter !== undefined && { startAfter }) })
  const first = await look()
  let { dropped } = first
  if (!first.isMore) return dropped
  // Most parts are one page. Of others the rest is read from the starting place on, and what of it
  // stands before that at the end.
  const isInFirst = start <= first.last
  let after = isInFirst ? first.last : start
  let until: string | undefined
  for (let page = 1; page < PAGES; page++) {
    const next = await look(after)
    dropped += next.dropped
    if (next.isMore && (until === undefined || next.last < until)) after = next.last
    else if (until !== undefined || isInFirst) break
    else [after, until] = [first.last, start]
  }
  return dropped
}

/** Which part of all users it is the turn of, and the place in it that is read first. */
function turnAt(ms: number) {
  const run = Math.floor(ms / RUN_MS)
  const sign = (index: number) => BASE64URL.charAt(index % BASE64URL.length)
  const pass = Math.floor(run / BASE64URL.length)
  const place = Math.floor(((pass * GOLDEN) % 1) * BASE64URL.length ** 2)
  const prefix = `${DOCUMENTS_PREFIX}usr_${sign(run)}`
  return { prefix, start: `${prefix}${sign(place / BASE64URL.length)}${sign(place)}` }
}

/** Removes of a page of objects those without a row; the last key of the page, and whether there is more. */
async function dropPage(
  deps: Pick<Deps, 'db' | 'archive' | 'patience'>,
  options: R2ListOptions & { prefix: string },
) {
  const { db, archive } = deps
  const list = await reach(deps, 'archive', () => archive.list(options))
  const keys = list.objects.map(({ key }) => key)
  const unknown = await db.all<{ key: string }>(
    sql`SELECT object.value AS key FROM json_each(${JSON.stringify(keys)}) AS object
      WHERE NOT EXISTS (SELECT 1 FROM merchant_documents AS document
        WHERE document.user_id = substr(object.value, ${DOCUMENTS_PREFIX.length + 1}, 26)
          AND document.object_key = object.value)`,
  )
  if (unknown.length > 0) await archive.delete(unknown.map(({ key }) => key))
  const last = keys.at(-1) ?? options.startAfter ?? options.prefix
  return { dropped: unknown.length, last, isMore: list.truncated }
}
