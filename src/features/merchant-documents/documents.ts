import { and, sql } from 'drizzle-orm'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { isStored } from '../../identity/merchant-profile/open-document'
import { NEW, refusal, standingOf } from '../../identity/merchant-profile/standing'
import { hasEditable } from '../../identity/merchant-profile/states'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { merchantDocuments } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

/**
 * Deletes a document while its application may be edited: first the row, so that nobody is promised
 * what is gone. An object that then stays is found by features/merchant-documents/purge-orphans.ts.
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
  const {
    gone: [gone],
    present: [present],
    left: [left],
  } = await batch(db, {
    // First, since it asks for the row.
    event: recordEvent(
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
    gone: db
      .delete(merchantDocuments)
      .where(and(isStored(userId, id), hasEditable(userId)))
      .returning({ key: merchantDocuments.objectKey }),
    present: standingOf(deps, userId),
    left: db
      .select({ id: merchantDocuments.id })
      .from(merchantDocuments)
      .where(isStored(userId, id)),
  })
  if (gone) return archive.delete(gone.key).catch(() => {})
  throw left ? refusal(present ?? NEW, []) : problem('not_found')
}
