import { type Notice, notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { challengeId, findChallenge } from '../../identity/attempts/challenge'
import { issueDevice } from '../../identity/attempts/device-token'
import { rememberDevice } from '../../identity/attempts/remember-device'
import { passSecondStep } from '../../identity/attempts/second-step'
import type { Method } from '../../identity/factors/methods'
import { createSession, type OpenedSession } from '../../identity/sessions/create-session'
import { recordEvent } from '../../platform/audit/record'
import { randomId } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

export type LoginFinished = Readonly<{ session: OpenedSession; deviceToken: string }>

/**
 * The second step of a login: checks the code and opens the session.
 *
 * The guard decides how many codes may be tried and uses the challenge up before the session is
 * opened: of fifty copies of the right code one gets a session. Who it is for, how it travels and
 * which second steps will do was settled by the first step; nothing in this request can change it.
 */
export async function finishLogin(
  deps: Deps,
  input: { challenge: string; method: Method; code: string; deviceTokens: readonly string[] },
): Promise<LoginFinished> {
  const { method, code } = input
  const id = challengeId(input.challenge)
  const challenge = await findChallenge(deps, id)
  if (!challenge || challenge.stepUpOf !== null || !challenge.methods.includes(method)) {
    throw problem('invalid_challenge', { reason: challenge ? 'other act or method' : 'none' })
  }
  const { userId, sentAt, expiresAt, codeHash } = challenge
  // A new one is a stranger until the guard remembers it.
  const device = issueDevice(deps, userId, input.deviceTokens)
  const sessionId = randomId('ses')
  const { backupCodeHash, isKnownDevice } = await passSecondStep(deps, {
    userId,
    ref: { id, sentAt, expiresAt },
    method,
    code,
    codeHash,
    device: device.hash,
    sessionId,
  })
  const session = await createSession(deps, {
    id: sessionId,
    userId,
    securityEpoch: challenge.securityEpoch,
    sessionEpoch: challenge.sessionEpoch,
    role: challenge.role,
    transport: challenge.transport,
    firstFactor: 'pwd',
    secondFactor: method === 'backup_code' ? 'backup' : method,
    backupCodeHash,
    deviceHash: device.hash,
  })
  if (!session) return refuse(deps, userId, backupCodeHash)
  await tellOfLogin(deps, session)
  if (!isKnownDevice) {
    const { securityEpoch: epoch } = challenge
    await rememberDevice(deps, userId, { device: device.hash, epoch })
  }
  return { session, deviceToken: device.token }
}

async function refuse(deps: Deps, userId: string, backupCodeHash?: string): Promise<never> {
  const reason = backupCodeHash ? 'backup code used meanwhile' : 'account changed during login'
  await recordEvent(deps, { event: 'authn_login_blocked', userId, data: { reason } })
  throw problem(backupCodeHash ? 'invalid_code' : 'invalid_challenge', { reason })
}

/**
 * Mails to the owner about a login: from where none was before, or with a code there are few of.
 */
async function tellOfLogin(deps: Deps, session: OpenedSession): Promise<void> {
  const { user, isNewDevice, isFirstDevice, isNewCountry, secondFactor, backupCodesLeft } = session
  const data = occasionOf(deps)
  const notices: Notice[] = []
  // The very first browser is the one that signed up: nothing to warn of.
  if (isNewDevice && !isFirstDevice) notices.push({ template: 'new_device', data })
  else if (isNewCountry) notices.push({ template: 'new_country', data })
  if (secondFactor === 'backup') {
    notices.push({ template: 'backup_code_used', data: { left: backupCodesLeft, ...data } })
  }
  await Promise.all(notices.map((notice) => notifyOwner(deps, user, notice)))
}
