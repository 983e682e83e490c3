import { and, eq, gt, sql } from 'drizzle-orm'
import { isRecoverable } from '../../identity/accounts/is-recoverable'
import { nameColumns } from '../../identity/accounts/name-columns'
import { ownerColumns } from '../../identity/accounts/notify-owner'
import { hasBackupCode, hasTotp, methodsOf } from '../../identity/factors/factors-of-user'
import { youngAfter } from '../../identity/factors/strong-factors'
import { sha256 } from '../../platform/crypto/token'
import { merchantProfiles } from '../../platform/db/merchant-schema'
import { mailedTokens, users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

/** What a good link is for. */
export type Reset = Awaited<ReturnType<typeof findReset>>

/**
 * The account of a reset link, in one query; uses nothing up. Refuses a token that is unknown,
 * used, expired, of another purpose, from before a change of the account, or whose account is
 * disabled, closing or gone: all with the same words. Of factors it sees those that are not young
 * (decision 019), added by `factorsBy`.
 */
export async function findReset(deps: Pick<Deps, 'db' | 'now'>, token: string) {
  const tokenHash = sha256(token)
  const factorsBy = youngAfter(deps)
  const [found] = await deps.db
    .select({
      ...ownerColumns,
      expiresAt: mailedTokens.expiresAt,
      emailKey: users.emailKey,
      usernameKey: users.usernameKey,
      hasTotp: hasTotp(factorsBy),
      hasBackupCode: hasBackupCode(factorsBy),
      names: nameColumns,
    })
    .from(mailedTokens)
    .innerJoin(users, eq(users.id, mailedTokens.userId))
    .leftJoin(merchantProfiles, eq(merchantProfiles.userId, users.id))
    .where(
      and(
        eq(mailedTokens.tokenHash, tokenHash),
        eq(mailedTokens.purpose, 'reset'),
        gt(mailedTokens.expiresAt, deps.now()),
        sql`${mailedTokens.data} = CAST(${users.securityEpoch} AS TEXT)`,
        ...isRecoverable,
      ),
    )
  if (!found) throw problem('invalid_token')
  return { ...found, tokenHash, factorsBy }
}

/** What the page of a link shows before it asks for a password. Changes nothing. */
export async function checkReset(deps: Pick<Deps, 'db' | 'now'>, token: string) {
  const reset = await findReset(deps, token)
  const { email, hasTotp: isFactorRequired } = reset
  return { email, isFactorRequired, methods: isFactorRequired ? methodsOf(reset) : [] }
}
