import { and, eq, sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { type KeyEntry, keyEntryOf } from '../../identity/api-keys/key-entry'
import { mayHaveKeys } from '../../identity/api-keys/key-owner'
import { newKeyText } from '../../identity/api-keys/key-text'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { hasFreshStepUp, requireUsed, consumeStepUp } from '../../identity/credentials/step-up'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { apiKeys } from '../../platform/db/key-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { isLive, lifeOf } from './key-life'

export type Rotation = Readonly<{ id: string; overlapSeconds: number; expiresInDays: number }>

/**
 * Gives a key its next secret and a new term, and uses the step-up up. The secret before stays good
 * for the overlap, or to its own end if that is sooner; an older one is dead at once.
 */
export async function rotateKey(
  deps: Deps,
  session: CurrentSession,
  { id, overlapSeconds, expiresInDays }: Rotation,
): Promise<KeyEntry & { key: string }> {
  const { db, now } = deps
  const { userId, sessionId } = refOf(session)
  // Before the batch, which would use the step-up up for nothing.
  await requireKey(deps, userId, id)
  const { text, hash } = newKeyText(deps.settings, id)
  const { expiresAt, remindedDays } = lifeOf(deps, expiresInDays)
  const overlapEnd = now().getTime() + overlapSeconds * 1000
  const isOwners = sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND ${mayHaveKeys})`
  const said = { key: id, overlap_seconds: overlapSeconds, days: expiresInDays }
  const {
    rotated: [rotated],
    used,
  } = await batch(db, {
    rotated: db
      .update(apiKeys)
      .set({
        secretHash: hash,
        previousHash: overlapSeconds === 0 ? null : sql`secret_hash`,
        previousUntil: overlapSeconds === 0 ? null : sql`min(${overlapEnd}, expires_at)`,
        expiresAt,
        remindedDays,
      })
      .where(and(isKey(userId, id), isLive(deps), isOwners, hasFreshStepUp(deps, session)))
      .returning(),
    event: recordEvent(
      deps,
      { event: 'authn_token_rotated', userId, actor: userId, sessionId, data: said },
      sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${id} AND secret_hash = ${hash})`,
    ),
    // Last: the key asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (!rotated) {
    await requireKey(deps, userId, id)
    throw problem('service_unavailable', { reason: 'suspended and reinstated meanwhile' })
  }
  const { name, previousUntil } = rotated
  await notifyOwner(deps, session.user, {
    template: 'api_key_rotated',
    data: { name, previousUntil, ...occasionOf(deps) },
  })
  return { ...keyEntryOf(rotated), key: text }
}

/** Somebody else's key is not there. */
export const isKey = (userId: string, id: string) =>
  and(eq(apiKeys.id, id), eq(apiKeys.userId, userId))

async function requireKey(deps: Pick<Deps, 'db' | 'now'>, userId: string, id: string) {
  const [key] = await deps.db
    .select({ mayHaveKeys: sql<number>`${mayHaveKeys}` })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(and(isKey(userId, id), isLive(deps)))
  if (!key) throw problem('not_found', { reason: 'no such key' })
  if (!key.mayHaveKeys) throw problem('merchant_state')
}
