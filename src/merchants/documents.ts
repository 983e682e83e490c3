import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { merchantDocuments } from '../db/merchant-schema'
import { problem } from '../problems'
import { reach } from '../reach'
import type { CurrentSession } from '../sessions/find-session'
import { refOf } from '../sessions/session-ref'
import { NEW, refusal, standingOf } from './standing'
import { hasEditable } from './states'

const isStored = (userId: string, id: string) =>
  and(
    eq(merchantDocuments.userId, userId),
    eq(merchantDocuments.id, id),
    isNotNull(merchantDocuments.storedAt),
  )

/** A document with its bytes, as a stream. That somebody else than its merchant reads it is recorded. */
export async function openDocument(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'archive' | 'patience'>,
  session: CurrentSession,
  { userId, id }: { userId: string; id: string },
) {
  const [row] = await deps.db.select().from(merchantDocuments).where(isStored(userId, id))
  if (!row) throw problem('not_found')
  const object = await reach(deps, 'archive', () => deps.archive.get(row.objectKey))
  // Gone from the archive: a fault of ours that no retry mends.
  if (!object) throw new Error(`no object for document ${id}`)
  if (userId !== session.user.id) {
    await recordEvent(deps, {
      event: 'merchant_document_read',
      userId,
      actor: session.user.id,
      sessionId: session.id,
      data: { document: id },
    })
  }
  return { name: row.name, type: row.type, bytes: object.size, body: object.body }
}

/**
 * Deletes a document while its application may be edited: first the row, so that nobody is promised
 * what is gone. An object that then stays is found by jobs/drop-leftovers.ts.
 */
export async function deleteDocument(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'archive'>,
  session: CurrentSession,
  id: string,
): Promise<void> {
  const { db, archive } = deps
  const { userId, sessionId } = refOf(session)
  const mayDelete = sql`${hasEditable(userId)} AND EXISTS (
    SELECT 1 FROM merchant_documents AS document
    WHERE document.user_id = ${userId} AND document.id = ${id} AND document.stored_at IS NOT NULL)`
  const [, [gone], [present], [left]] = await db.batch([
    recordEvent(
      deps,
      {
        event: 'merchant_document_deleted',
        userId,
        actor: userId,
        sessionId,
        data: { document: id },
      },
      mayDelete,
    ),
    db
      .delete(merchantDocuments)
      .where(and(isStored(userId, id), hasEditable(userId)))
      .returning({ key: merchantDocuments.objectKey }),
    standingOf(deps, userId),
    db.select({ id: merchantDocuments.id }).from(merchantDocuments).where(isStored(userId, id)),
  ])
  if (gone) return archive.delete(gone.key).catch(() => {})
  throw left ? refusal(present ?? NEW, []) : problem('not_found')
}
