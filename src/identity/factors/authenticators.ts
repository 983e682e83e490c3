import { and, eq, isNotNull, sql } from 'drizzle-orm'
import * as z from 'zod'
import { batch } from '../../platform/db/batch'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import type { Deps } from '../../platform/deps'
import { countBackupCodes } from './backup-codes'

/** Enough for a phone, a tablet and a spare; every login tries them all. */
export const MAX_AUTHENTICATORS = 5

export const authenticatorId = z
  .string()
  .regex(/^aut_[A-Za-z0-9_-]{22}$/, 'must be the id of an authenticator app')

/** How many confirmed apps a user has, at this point of a batch. */
export const confirmedCount = (userId: string) => sql<number>`(
  SELECT count(*) FROM totp_authenticators WHERE user_id = ${userId} AND confirmed_at IS NOT NULL)`

/** The confirmed apps of a user, oldest first, and how many backup codes are left. */
export async function listAuthenticators({ db }: Pick<Deps, 'db'>, userId: string) {
  const { authenticators, codes } = await batch(db, {
    authenticators: db
      .select({
        id: totpAuthenticators.id,
        name: totpAuthenticators.name,
        createdAt: totpAuthenticators.createdAt,
      })
      .from(totpAuthenticators)
      .where(and(eq(totpAuthenticators.userId, userId), isNotNull(totpAuthenticators.confirmedAt)))
      .orderBy(totpAuthenticators.createdAt),
    codes: countBackupCodes({ db }, userId),
  })
  return { authenticators, backupCodesLeft: codes[0]?.left ?? 0 }
}
