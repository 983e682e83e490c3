import { and, isNull, lte, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { merchantDocuments } from '../db/merchant-schema'
import { DOCUMENTS_PREFIX } from '../merchants/document-objects'
import { reach } from '../reach'

/** Rows that one run deletes; the rest is there at the next. */
const ROWS = 100
/** Longer than any upload runs (http/upload.ts). */
const UNFINISHED_MS = 3_600_000
const RUN_MS = 900_000
/** Pages of objects, a thousand each, that one run looks at. */
const PAGES = 4
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Ends uploads that were cut off, and removes objects that no row knows of. Objects have no index by
 * row, so each run looks at those of one 64th of all users, by the first character of their random ids:
 * sixteen hours for all of them, and no place where a run has to note how far it came.
 */
export async function dropLeftovers(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'archive'>,
): Promise<void> {
  const uploads = await endUnfinished(deps)
  const objects = await dropUnknown(deps)
  if (uploads + objects === 0) return
  await recordEvent(deps, {
    event: 'sys_job_done',
    actor: 'system',
    data: { job: 'drop-leftovers', uploads, objects },
  })
}

/** First the rows, by which an upload that still runs learns that it has ended, then what it has left. */
async function endUnfinished({ db, now, archive }: Pick<Deps, 'db' | 'now' | 'archive'>) {
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
  if (ended.length > 0) await reach('archive', () => archive.delete(ended.map(({ key }) => key)))
  return ended.length
}

async function dropUnknown({ db, now, archive }: Pick<Deps, 'db' | 'now' | 'archive'>) {
  const turn = Math.floor(now().getTime() / RUN_MS) % BASE64URL.length
  const prefix = `${DOCUMENTS_PREFIX}usr_${BASE64URL.charAt(turn)}`
  let dropped = 0
  let cursor: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const list = await reach('archive', () => archive.list({ prefix, ...(cursor && { cursor }) }))
    const keys = JSON.stringify(list.objects.map(({ key }) => key))
    const unknown = await db.all<{ key: string }>(
      sql`SELECT object.value AS key FROM json_each(${keys}) AS object
        WHERE NOT EXISTS (SELECT 1 FROM merchant_documents AS document
          WHERE document.user_id = substr(object.value, ${DOCUMENTS_PREFIX.length + 1}, 26)
            AND document.object_key = object.value)`,
    )
    if (unknown.length > 0) await archive.delete(unknown.map(({ key }) => key))
    dropped += unknown.length
    if (!list.truncated) break
    cursor = list.cursor
  }
  return dropped
}
