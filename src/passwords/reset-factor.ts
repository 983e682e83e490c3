import { and, eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { mailedTokens } from '../db/schema'
import { problem, problemCode } from '../problems'
import { passSecondStep } from '../two-factor/second-step'
import type { Reset } from './find-reset'

/** A second step that a mailed code cannot be. */
export type StrongStep = Readonly<{ method: 'totp' | 'backup_code'; code: string }>

/**
 * Asks for the second factor of an account that has one, with the counters that logins use: five wrong
 * codes end the link. A right one does not use the link up, the batch that sets the password does.
 */
export async function passResetFactor(
  deps: Deps,
  { id: userId, hasTotp, tokenHash, expiresAt }: Reset,
  { given, nonce }: { given: StrongStep | undefined; nonce: string | undefined },
): Promise<{ method: StrongStep['method'] | null; backupCodeHash: string | undefined }> {
  if (!hasTotp) return { method: null, backupCodeHash: undefined }
  if (!given) throw problem('second_factor_required')
  const { backupCodeHash } = await passSecondStep(deps, {
    userId,
    ref: { id: tokenHash, sentAt: 0, expiresAt: expiresAt.getTime() },
    method: given.method,
    code: given.code,
    codeHash: null,
    nonce,
    keepsChallenge: true,
  }).catch((error: unknown) => refuse(deps, tokenHash, error))
  return { method: given.method, backupCodeHash }
}

/** To the caller a link that the guard has ended is like any other that is not good any more. */
async function refuse({ db }: Pick<Deps, 'db'>, tokenHash: string, error: unknown): Promise<never> {
  if (problemCode(error) !== 'invalid_challenge') throw error
  await db
    .delete(mailedTokens)
    .where(and(eq(mailedTokens.tokenHash, tokenHash), eq(mailedTokens.purpose, 'reset')))
  throw problem('invalid_token', { reason: 'too many wrong codes' })
}
