import { eq } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { challengeId, findChallenge } from '../../identity/attempts/challenge'
import { holderColumns } from '../../identity/attempts/password-holder'
import { passSecondStep } from '../../identity/attempts/second-step'
import { tryPassword } from '../../identity/attempts/try-password'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { currentEpoch } from '../../identity/credentials/session-epoch'
import { refOf } from '../../identity/credentials/session-ref'
import { hasBackupCode, hasTotp } from '../../identity/factors/factors-of-user'
import type { Method } from '../../identity/factors/methods'
import { type RenewedSession, renewSession } from '../../identity/sessions/renew-session'
import { recordSampled } from '../../platform/audit/sampled'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { mailState } from '../../platform/email/budget/mail-state'
import { problem, tooMany } from '../../platform/problems'
import { type ChallengeOpened, isCodeMailed, openChallenge, TOO_MANY_CODES } from './open-challenge'

/**
 * The first step of confirming a session: the password again. Its failures count with those of
 * logins. Answers with a challenge that is good for this session alone and opens no other.
 */
export async function startStepUp(
  deps: Deps,
  session: CurrentSession,
  password: string,
): Promise<ChallengeOpened> {
  const userId = session.user.id
  const [user] = await deps.db
    .select({
      ...holderColumns,
      securityEpoch: users.securityEpoch,
      sessionEpoch: currentEpoch,
      mailState: mailState(deps),
      hasTotp: hasTotp(),
      hasBackupCode: hasBackupCode(),
    })
    .from(users)
    .where(eq(users.id, userId))
  if (!user) throw problem('invalid_access_token', { reason: 'user gone' })
  const { codeWaitSeconds, isKnownDevice } = await tryPassword(deps, {
    name: { kind: 'email', key: user.emailKey },
    user,
    isSignedIn: true,
    password,
    device: session.deviceHash,
    act: 'step-up',
    mailsCode: isCodeMailed(user),
  })
  if (codeWaitSeconds > 0) {
    const data = { reason: TOO_MANY_CODES }
    const who = { userId, actor: userId, sessionId: session.id }
    const blocked = { event: 'authn_login_blocked', ...who, data } as const
    await recordSampled(deps, blocked, { source: userId, kind: TOO_MANY_CODES })
    throw tooMany('too_many_attempts', codeWaitSeconds)
  }
  const { securityEpoch, sessionEpoch } = user
  const { transport, id: stepUpOf } = session
  const { role } = session.user
  const epochs = { securityEpoch, sessionEpoch }
  return openChallenge(deps, user, { ...epochs, role, transport, isKnownDevice, stepUpOf })
}

/**
 * The second step: the session has both steps behind it again (RFC 9470), under new tokens. The
 * challenge must be one that this very session began.
 */
export async function finishStepUp(
  deps: Deps,
  session: CurrentSession,
  input: { challenge: string; method: Method; code: string },
): Promise<RenewedSession> {
  const { method, code } = input
  const { userId, sessionId } = refOf(session)
  const id = challengeId(input.challenge)
  const challenge = await findChallenge(deps, id)
  const isMine = challenge?.userId === userId && challenge.stepUpOf === sessionId
  if (!isMine || !challenge.methods.includes(method)) {
    throw problem('invalid_challenge', { reason: challenge ? 'other act or method' : 'none' })
  }
  const { sentAt, expiresAt, codeHash, securityEpoch, sessionEpoch } = challenge
  const { backupCodeHash } = await passSecondStep(deps, {
    userId,
    ref: { id, sentAt, expiresAt },
    method,
    code,
    codeHash,
    device: session.deviceHash,
    sessionId,
  })
  const secondFactor = method === 'backup_code' ? 'backup' : method
  const epochs = { securityEpoch, sessionEpoch }
  const steps = { secondFactor, ...epochs, backupCodeHash, challengeId: id } as const
  const renewed = await renewSession(deps, session, steps)
  if (!renewed) throw problem('invalid_challenge', { reason: 'changed meanwhile' })
  if (backupCodeHash !== undefined) {
    const data = { left: renewed.backupCodesLeft, ...occasionOf(deps) }
    await notifyOwner(deps, session.user, { template: 'backup_code_used', data })
  }
  return renewed
}
