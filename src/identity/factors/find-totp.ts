import { and, eq, isNotNull, lte } from 'drizzle-orm'
import { open } from '../../platform/crypto/sealed-box'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import type { Deps } from '../../platform/deps'
import { log } from '../../platform/log'

/** The place that a sealed seed belongs to: moved to another row it does not open. */
export const seedContext = (userId: string, id: string): string => `totp:${userId}:${id}`

/**
 * The authenticator app of a user that a code is of, and the code's time step; added `by` a time,
 * if given.
 */
export async function findTotp(
  deps: Pick<Deps, 'db' | 'settings' | 'now'>,
  userId: string,
  code: string,
  by?: Date,
): Promise<{ id: string; step: number } | undefined> {
  const rows = await deps.db
    .select({ id: totpAuthenticators.id, sealedSeed: totpAuthenticators.sealedSeed })
    .from(totpAuthenticators)
    .where(
      and(
        eq(totpAuthenticators.userId, userId),
        by ? lte(totpAuthenticators.confirmedAt, by) : isNotNull(totpAuthenticators.confirmedAt),
      ),
    )
  for (const { id, sealedSeed } of rows) {
    const step = await stepOfSealed(deps, { userId, id, sealedSeed }, code)
    if (step !== undefined) return { id, step }
  }
  return undefined
}

/** The time step that a code is of, for one app's row. A seed that does not open fits no code. */
export async function stepOfSealed(
  deps: Pick<Deps, 'settings' | 'now'>,
  { userId, id, sealedSeed }: { userId: string; id: string; sealedSeed: string },
  code: string,
): Promise<number | undefined> {
  const seed = await open(deps.settings.SEALING_KEYS, seedContext(userId, id), sealedSeed)
  if (seed === undefined) {
    log('error', 'totp_seed_unreadable', { id })
    return undefined
  }
  // Loaded with the first code: most starts of the Worker see none.
  const { stepOfCode } = await import('./totp')
  return stepOfCode(seed, code, deps.now().getTime())
}
