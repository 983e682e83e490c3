import { and, eq, isNotNull } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { merchantDocuments } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import type { CurrentSession } from '../credentials/find-session'

export const isStored = (userId: string, id: string) =>
  and(
    eq(merchantDocuments.userId, userId),
    eq(merchantDocuments.id, id),
    isNotNull(merchantDocuments.storedAt),
  )

/**
 * A document with its bytes, as a stream. That somebody else than its merchant reads it is
 * recorded.
 */
export async function openDocument(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'archive' | 'patience'>,
  session: CurrentSession,
  { userId, id }: { userId: string; id: string },
) {
  const [row] = await deps.db.select().from(merchantDocuments).where(isStored(userId, id))
  if (!row) throw problem('not_found')
  const object = await callStore(deps, 'archive', () => deps.archive.get(row.objectKey))
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
