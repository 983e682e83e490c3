import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../platform/audit/record'
import { apiKeys } from '../platform/db/key-schema'
import type { Deps } from '../platform/deps'

/**
 * The statements that end all keys of a user, if `when` holds: whoever could make them was not the
 * owner, or had another role. A key outlives every session that made it.
 */
export function revokeAllKeys(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  { userId, by, sessionId }: { userId: string; by: string; sessionId?: string | null },
  when: SQL,
) {
  const live = and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt), when)
  return {
    keysEvent: recordEvent(
      deps,
      {
        event: 'authn_token_revoked',
        userId,
        actor: by,
        sessionId: sessionId ?? null,
        data: { key: 'all' },
      },
      sql`EXISTS (SELECT 1 FROM api_keys WHERE ${live})`,
    ),
    keys: deps.db.update(apiKeys).set({ revokedAt: deps.now() }).where(live),
  }
}
