import { and, eq, isNull } from 'drizzle-orm'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import {
  type DocumentEntry,
  entryColumns,
  entryOf,
  isFileName,
} from '../../identity/merchant-profile/document-entry'
import { objectKey } from '../../identity/merchant-profile/document-objects'
import type { DocumentType } from '../../identity/merchant-profile/file-types'
import { NEW, refusal, standingOf } from '../../identity/merchant-profile/standing'
import { hasEditable } from '../../identity/merchant-profile/states'
import { recordEvent } from '../../platform/audit/record'
import { sealText } from '../../platform/audit/text'
import type { FileHead } from '../../platform/body/upload'
import { randomId } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { merchantDocuments } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { archiveFile } from './archive-file'
import { reservePlace } from './reserve-place'

type Needs = Pick<Deps, 'db' | 'now' | 'caller' | 'archive' | 'settings' | 'patience' | 'waitUntil'>

/**
 * Takes a document in: first the row, which holds one of ten places, then the object, then the row
 * is made whole. What fails on the way leaves neither; what is cut off leaves a row that
 * features/merchant-documents/purge-orphans.ts finds.
 */
export function storeDocument(
  deps: Needs,
  session: CurrentSession,
  head: FileHead<DocumentType>,
  body: ReadableStream<Uint8Array> | null,
): Promise<DocumentEntry> {
  const stored = store(deps, session, head, body)
  // A client that hangs up must not stop what removes its half of a file.
  deps.waitUntil(stored.catch(() => {}))
  return stored
}

async function store(
  deps: Needs,
  session: CurrentSession,
  { type, name, length }: FileHead<DocumentType>,
  body: ReadableStream<Uint8Array> | null,
): Promise<DocumentEntry> {
  if (!isFileName(name, type)) {
    const detail = `must be a plain file name of at most 100 characters that fits ${type}`
    throw problem('document_rejected', { errors: [{ pointer: '#', code: 'file_name', detail }] })
  }
  if (!body || length === 0) {
    const error = { pointer: '#', code: 'length', detail: 'is empty' }
    throw problem('document_rejected', { errors: [error] })
  }
  const { userId } = refOf(session)
  const id = randomId('doc')
  await reservePlace(deps, { userId, id, name, type })
  try {
    const inspected = await archiveFile(deps, objectKey(userId, id), { type, length, body })
    return await finish(deps, session, id, inspected)
  } catch (error) {
    await discard(deps, userId, id).catch(() => {})
    throw error
  }
}

/** Makes the row whole, unless the application was handed in while the file was on its way. */
async function finish(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  session: CurrentSession,
  id: string,
  { bytes, sha256 }: { bytes: number; sha256: string },
): Promise<DocumentEntry> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  const isOpen = hasEditable(userId)
  // Whoever has the document knows by its hash whose it was.
  const text = await sealText(deps, userId, { sha256 })
  const { stored, present } = await batch(db, {
    event: recordEvent(
      deps,
      {
        event: 'merchant_document_stored',
        userId,
        actor: userId,
        sessionId,
        data: { document: id },
        text,
      },
      isOpen,
    ),
    stored: db
      .update(merchantDocuments)
      .set({ bytes, sha256, storedAt: deps.now() })
      .where(and(isRow(userId, id), isNull(merchantDocuments.storedAt), isOpen))
      .returning(entryColumns),
    present: standingOf(deps, userId),
  })
  const [entry] = stored.flatMap(entryOf)
  if (!entry) throw refusal(present[0] ?? NEW, [])
  return entry
}

const isRow = (userId: string, id: string) =>
  and(eq(merchantDocuments.userId, userId), eq(merchantDocuments.id, id))

/**
 * The object goes only with a row that is not whole: an answer that was lost may have made it so.
 */
async function discard(
  { db, archive }: Pick<Deps, 'db' | 'archive'>,
  userId: string,
  id: string,
): Promise<void> {
  const [gone] = await db
    .delete(merchantDocuments)
    .where(and(isRow(userId, id), isNull(merchantDocuments.storedAt)))
    .returning({ key: merchantDocuments.objectKey })
  if (gone) await archive.delete(gone.key)
}
