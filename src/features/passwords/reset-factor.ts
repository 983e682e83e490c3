import { linkWith, revokeLinks } from '../../identity/accounts/links'
import { passSecondStep } from '../../identity/attempts/second-step'
import type { Deps } from '../../platform/deps'
import { problem, problemCode } from '../../platform/problems'
import type { Reset } from './find-reset'

/** A second step that a mailed code cannot be. */
export type StrongStep = Readonly<{ method: 'totp' | 'backup_code'; code: string }>

/**
 * Asks for the second factor of an account that has one, and takes none that is young. Five wrong
 * codes end the link; they count for links alone, and not with those of logins
 * (attempts/limiter/limits.ts has the bound). A right one does not use the link up, the batch that
 * sets the password does.
 */
export async function passResetFactor(
  deps: Deps,
  { id: userId, hasTotp, tokenHash, expiresAt, factorsBy }: Reset,
  { given, device }: { given: StrongStep | undefined; device: string },
): Promise<{ method: StrongStep['method'] | null; backupCodeHash: string | undefined }> {
  if (!hasTotp) return { method: null, backupCodeHash: undefined }
  if (!given) throw problem('second_factor_required')
  const { backupCodeHash } = await passSecondStep(deps, {
    userId,
    ref: { id: tokenHash, sentAt: 0, expiresAt: expiresAt.getTime() },
    method: given.method,
    code: given.code,
    codeHash: null,
    device,
    factorsBy,
    keepsChallenge: true,
    isByLink: true,
    whenEnded: revokeLinks(deps, linkWith(tokenHash, 'reset')),
  }).catch((error: unknown) => {
    // One that the guard has ended, a moment before its row went, is like any other that is not
    // good.
    if (problemCode(error) !== 'invalid_challenge') throw error
    throw problem('invalid_token', { reason: 'too many wrong codes' })
  })
  return { method: given.method, backupCodeHash }
}
