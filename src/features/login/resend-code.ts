import { and, eq } from 'drizzle-orm'
import { ownerColumns } from '../../identity/accounts/notify-owner'
import {
  challengeId,
  findChallenge,
  newCode,
  putChallenge,
} from '../../identity/attempts/challenge'
import { limiterOf } from '../../identity/attempts/limiter-of'
import { currentEpoch } from '../../identity/credentials/session-epoch'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem, tooMany } from '../../platform/problems'
import { sendCode } from './send-code'

/**
 * Sends another code for a login that waits for one. The code before is dead from now on, the
 * failures so far stay (NIST SP 800-63B-4 §3.1.3.2), and the challenge lives as long as the new
 * code.
 *
 * The guard keeps the new code's hash: another edge may read an old record from KV for a minute.
 */
export async function resendCode(deps: Deps, token: string): Promise<void> {
  const id = challengeId(token)
  const challenge = await findChallenge(deps, id)
  if (!challenge?.methods.includes('email')) {
    throw problem('invalid_challenge', { reason: challenge ? 'no mailed code' : 'none or expired' })
  }
  const { userId, securityEpoch, sessionEpoch, sentAt, isKnownDevice } = challenge
  const [user] = await deps.db
    .select(ownerColumns)
    .from(users)
    .where(
      and(
        eq(users.id, userId),
        eq(users.status, 'active'),
        eq(users.securityEpoch, securityEpoch),
        eq(currentEpoch, sessionEpoch),
      ),
    )
  if (!user) throw problem('invalid_challenge', { reason: 'account changed' })
  const { code, codeHash } = newCode(deps, id)
  const now = deps.now().getTime()
  const expiresAt = now + deps.settings.OTP_VALIDITY_PERIOD * 1000
  const verdict = await callStore(deps, 'guard', () =>
    limiterOf(deps, { userId }).resend({
      challenge: { id, sentAt, expiresAt: challenge.expiresAt },
      codeHash,
      expiresAt,
      isKnown: isKnownDevice,
      now,
    }),
  )
  if (!verdict.isGranted) {
    if (verdict.retryAfterSeconds === null)
      throw problem('invalid_challenge', { reason: 'used up' })
    throw tooMany('too_many_attempts', verdict.retryAfterSeconds)
  }
  const act = challenge.stepUpOf === null ? 'sign_in' : 'step_up'
  await recordEvent(deps, { event: 'authn_code_sent', userId, actor: userId })
  await Promise.all([
    putChallenge(deps, id, { ...challenge, codeHash, sentAt: now, expiresAt }),
    sendCode(deps, user, { code, expiresAt, act, isKnownDevice }),
  ])
}
