import { type SQL, sql } from 'drizzle-orm'
import { recordSampled } from '../../platform/audit/sampled'
import { equalSecrets, sha256 } from '../../platform/crypto/token'
import { bootstrapUses } from '../../platform/db/admin-schema'
import { insertWhere } from '../../platform/db/insert-where'
import type { Deps } from '../../platform/deps'

/**
 * The secret BOOTSTRAP_TOKEN, if the token is that: each opens one invitation, ever. `isUnused` is
 * a condition for every statement of the batch, and `use` the last of them, which decides.
 */
export function bootstrapSecret(
  { db, now, settings }: Pick<Deps, 'db' | 'now' | 'settings'>,
  token: string,
) {
  const { BOOTSTRAP_TOKEN: secret } = settings
  if (secret === undefined || !equalSecrets(token, secret)) return undefined
  const tokenHash = sha256(token)
  return {
    isUnused: sql`NOT EXISTS (SELECT 1 FROM bootstrap_uses WHERE token_hash = ${tokenHash})`,
    use: (when: SQL) =>
      insertWhere(db, bootstrapUses, { tokenHash, usedAt: now().getTime() }, when),
  }
}

/** Records that the secret was refused. */
export const recordRefusedSecret = (
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'ipLimiters' | 'patience'>,
  reason: string,
) => recordSampled(deps, { event: 'authz_fail', data: { permission: 'bootstrap', reason } })
