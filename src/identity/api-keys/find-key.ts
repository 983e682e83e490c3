import { and, eq, isNull, sql } from 'drizzle-orm'
import { equalSecrets } from '../../platform/crypto/token'
import { buildOnce } from '../../platform/db/database'
import { apiKeys } from '../../platform/db/key-schema'
import { type Role, users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { mayHaveKeys } from './key-owner'
import { readKeyText } from './key-text'
import { readScopes, type Scope } from './scopes'

/** A key that is good at this moment, as the database has it now. */
export type ApiKey = Readonly<{
  id: string
  owner: { id: string; role: Role }
  scopes: readonly Scope[]
  /** Networks that it works from; none for any. */
  allowedIps: readonly string[] | undefined
  /** The end of the secret that was presented, which a rotation may have brought closer. */
  expiresAt: Date
  lastUsedAt: Date | null
}>

/**
 * Finds the key that somebody presents: one read by its primary key, asked anew each time. The text
 * of a refusal is for the log; whoever presents the key is told nothing of it.
 */
export async function findKey(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  presented: string,
): Promise<ApiKey | { refused: string }> {
  const key = readKeyText(deps.settings, presented)
  if (!key) return { refused: 'not a key of ours' }
  const row = await keyQuery(deps.db).get({ id: key.id })
  if (!row) return { refused: 'unknown, revoked, or its owner may have none' }
  const expiresAt = endOf(row, key.hash)
  if (!expiresAt) return { refused: 'wrong secret' }
  if (deps.now() >= expiresAt) return { refused: 'expired or replaced' }
  const { id, owner, lastUsedAt } = row
  const allowedIps = row.allowedIps?.split(' ')
  return { id, owner, scopes: readScopes(row.scopes), allowedIps, expiresAt, lastUsedAt }
}

/** Until when a secret is good; `undefined` if it is neither of the two that may be. */
function endOf(row: NonNullable<KeyRow>, hash: string): Date | undefined {
  if (equalSecrets(row.secretHash, hash)) return row.expiresAt
  const { previousHash, previousUntil } = row
  const isPrevious = previousHash !== null && equalSecrets(previousHash, hash)
  return isPrevious ? (previousUntil ?? undefined) : undefined
}

type KeyRow = Awaited<ReturnType<ReturnType<typeof keyQuery>['get']>>

const keyQuery = buildOnce((db) =>
  db
    .select({
      id: apiKeys.id,
      secretHash: apiKeys.secretHash,
      previousHash: apiKeys.previousHash,
      previousUntil: apiKeys.previousUntil,
      scopes: apiKeys.scopes,
      allowedIps: apiKeys.allowedIps,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      owner: { id: users.id, role: users.role },
    })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(and(eq(apiKeys.id, sql.placeholder('id')), isNull(apiKeys.revokedAt), mayHaveKeys))
    .prepare(),
)
