import { and, isNull, sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { apiKeys } from '../../platform/db/key-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { isKey } from './rotate-key'

/**
 * Ends a key with both its secrets, from the next request on. To stop something needs no step-up.
 */
export async function revokeKey(deps: Deps, session: CurrentSession, id: string): Promise<void> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  const isThere = and(isKey(userId, id), isNull(apiKeys.revokedAt))
  const {
    revoked: [revoked],
  } = await batch(db, {
    // First, since it asks for the row.
    event: recordEvent(
      deps,
      { event: 'authn_token_revoked', userId, actor: userId, sessionId, data: { key: id } },
      sql`EXISTS (SELECT 1 FROM api_keys WHERE ${isThere})`,
    ),
    revoked: db
      .update(apiKeys)
      .set({ revokedAt: deps.now() })
      .where(isThere)
      .returning({ name: apiKeys.name }),
  })
  if (!revoked) throw problem('not_found', { reason: 'no such key' })
  const data = { name: revoked.name, ...occasionOf(deps) }
  await notifyOwner(deps, session.user, { template: 'api_key_revoked', data })
}
