import { eq, sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { type KeyEntry, keyEntryOf } from '../../identity/api-keys/key-entry'
import { mayHaveKeys } from '../../identity/api-keys/key-owner'
import { newKeyId, newKeyText } from '../../identity/api-keys/key-text'
import { isForAdmins, type Scope } from '../../identity/api-keys/scopes'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { hasFreshStepUp, requireUsed, consumeStepUp } from '../../identity/credentials/step-up'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { insertFrom } from '../../platform/db/insert-where'
import { apiKeys } from '../../platform/db/key-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { isLive, lifeOf } from './key-life'

/** Live keys of one owner. */
const MAX_KEYS = 20

export type NewKey = Readonly<{
  name: string
  scopes: readonly Scope[]
  expiresInDays: number
  allowedIps: readonly string[] | undefined
}>

/** Makes a key, seen this once. Uses the step-up up. */
export async function createKey(
  deps: Deps,
  session: CurrentSession,
  input: NewKey,
): Promise<KeyEntry & { key: string }> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  // Before the batch, which would use the step-up up for nothing.
  await requireRoom(deps, userId)
  requireOwnScopes(session, input.scopes)
  const { id, text, hash } = newKeyText(deps.settings, newKeyId())
  const scopes = [...new Set(input.scopes)].sort().join(' ')
  const allowedIps = input.allowedIps && [...new Set(input.allowedIps)].join(' ')
  const { expiresAt, remindedDays } = lifeOf(deps, input.expiresInDays)
  const row = {
    id,
    userId: sql`id`,
    name: input.name,
    secretHash: hash,
    scopes,
    allowedIps: allowedIps ?? null,
    createdAt: deps.now().getTime(),
    expiresAt: expiresAt.getTime(),
    remindedDays,
  }
  const owner = sql`FROM users WHERE id = ${userId} AND ${mayHaveKeys}
    AND ${liveKeys(deps)} < ${MAX_KEYS} AND ${hasFreshStepUp(deps, session)}`
  const said = { key: id, scopes, days: input.expiresInDays }
  const {
    made: [made],
    used,
  } = await batch(db, {
    made: insertFrom(db, apiKeys, row, owner).returning(),
    event: recordEvent(
      deps,
      { event: 'authn_token_created', userId, actor: userId, sessionId, data: said },
      sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${id})`,
    ),
    // Last: the key asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (!made) {
    await requireRoom(deps, userId)
    throw problem('service_unavailable', { reason: 'suspended and reinstated meanwhile' })
  }
  const data = { name: made.name, ...occasionOf(deps) }
  await notifyOwner(deps, session.user, { template: 'api_key_created', data })
  return { ...keyEntryOf(made), key: text }
}

function requireOwnScopes({ user }: CurrentSession, scopes: readonly Scope[]): void {
  const adminScope = scopes.find(isForAdmins)
  if (adminScope && user.role !== 'admin') {
    throw problem('forbidden', { reason: `${adminScope} is for admins` })
  }
}

const liveKeys = (deps: Pick<Deps, 'now'>) =>
  sql`(SELECT count(*) FROM api_keys WHERE api_keys.user_id = users.id AND ${isLive(deps)})`

async function requireRoom(deps: Pick<Deps, 'db' | 'now'>, userId: string): Promise<void> {
  const [owner] = await deps.db
    .select({ mayHaveKeys: sql<number>`${mayHaveKeys}`, keys: sql<number>`${liveKeys(deps)}` })
    .from(users)
    .where(eq(users.id, userId))
  if (!owner?.mayHaveKeys) throw problem('merchant_state')
  if (owner.keys >= MAX_KEYS) throw problem('too_many_api_keys')
}
