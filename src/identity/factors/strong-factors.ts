import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { backupCodes, totpAuthenticators } from '../../platform/db/factor-schema'
import type { Deps } from '../../platform/deps'
import { DAY_MS } from '../../platform/time'

/**
 * How long a strong factor and backup codes are young (decision 019): a login asks for them at
 * once, a reset by mail does not yet and takes them away, and a mailed link undoes them.
 */
export const YOUNG_MS = 3 * DAY_MS

/** What was added after this is young. */
export const youngAfter = ({ now }: Pick<Deps, 'now'>): Date => new Date(now().getTime() - YOUNG_MS)

/**
 * Whether a user has a strong factor at this point of a batch. Another kind is another table here.
 */
export const hasStrongFactor = (userId: SQL | string) => sql`EXISTS (
  SELECT 1 FROM totp_authenticators AS app WHERE app.user_id = ${userId}
  AND app.confirmed_at IS NOT NULL)`

/**
 * The statement that follows each one that removes strong factors: backup codes stand beside one,
 * never in its place. It holds for every user at any time, and so has no other condition.
 */
export const dropOrphanedCodes = ({ db }: Pick<Deps, 'db'>, userId: string) =>
  db.delete(backupCodes).where(sql`user_id = ${userId} AND NOT ${hasStrongFactor(userId)}`)

/**
 * The statements that take away strong factors and backup codes that were added after a time, if
 * `when` holds. `youngApps` and `youngCodes` return a row for each.
 */
export function removeFactorsSince(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  { userId, since }: { userId: string; since: Date },
  when: SQL,
) {
  const { db } = deps
  const apps = sql`user_id = ${userId} AND confirmed_at > ${since.getTime()}`
  const codes = sql`user_id = ${userId} AND created_at > ${since.getTime()}`
  const isAny = sql`(EXISTS (SELECT 1 FROM totp_authenticators WHERE ${apps})
    OR EXISTS (SELECT 1 FROM backup_codes WHERE ${codes}))`
  const data = { since: since.toISOString() }
  return {
    factorsEvent: recordEvent(
      deps,
      { event: 'user_factors_removed', userId, actor: userId, data },
      sql`${when} AND ${isAny}`,
    ),
    youngApps: db
      .delete(totpAuthenticators)
      .where(sql`${apps} AND ${when}`)
      .returning({ id: totpAuthenticators.id }),
    youngCodes: db
      .delete(backupCodes)
      .where(sql`${codes} AND ${when}`)
      .returning({ codeHash: backupCodes.codeHash }),
    orphanedCodes: dropOrphanedCodes(deps, userId),
  }
}
