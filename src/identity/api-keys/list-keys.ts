import { and, asc, eq, isNull } from 'drizzle-orm'
import { apiKeys } from '../../platform/db/key-schema'
import type { Deps } from '../../platform/deps'
import { type KeyEntry, keyEntryOf } from './key-entry'

/**
 * The keys of an owner, those that have expired until the purge takes them, the deleted ones not.
 */
export const listKeys = async (deps: Pick<Deps, 'db'>, userId: string): Promise<KeyEntry[]> =>
  (await selectKeys(deps, userId)).map(keyEntryOf)

/** The statement, for a batch. */
export const selectKeys = ({ db }: Pick<Deps, 'db'>, userId: string) =>
  db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .orderBy(asc(apiKeys.expiresAt), asc(apiKeys.id))
