import { sql } from 'drizzle-orm'
import { objectKey } from '../../identity/merchant-profile/document-objects'
import type { DocumentType } from '../../identity/merchant-profile/file-types'
import { NEW, refusal, standingOf } from '../../identity/merchant-profile/standing'
import { EDITABLE, hasEditable } from '../../identity/merchant-profile/states'
import { batch } from '../../platform/db/batch'
import { insertWhere } from '../../platform/db/insert-where'
import { merchantDocuments } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

/** Documents of one application, those on their way included. */
const MAX_DOCUMENTS = 10

/**
 * Makes the row of a document that is on its way, if there is a place for it and it may be added
 * now.
 */
export async function reservePlace(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  row: { userId: string; id: string; name: string; type: DocumentType },
): Promise<void> {
  const { userId, id, name, type } = row
  const { reserved, present } = await batch(db, {
    reserved: insertWhere(
      db,
      merchantDocuments,
      {
        userId,
        id,
        name,
        type,
        objectKey: objectKey(userId, id),
        createdAt: now().getTime(),
      },
      sql`${hasEditable(userId)} AND (SELECT count(*) FROM merchant_documents AS other
        WHERE other.user_id = ${userId}) < ${MAX_DOCUMENTS}`,
    ).returning({ id: merchantDocuments.id }),
    present: standingOf({ db }, userId),
  })
  if (reserved.length > 0) return
  const { state, version } = present[0] ?? NEW
  if (version === 0 || !EDITABLE.includes(state)) throw refusal({ state, version }, [])
  throw problem('too_many_documents')
}
