import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomToken } from '../crypto/token'
import { guardOf } from '../durable/guard-of'
import { enqueueMail } from '../email/enqueue'
import { problem, tooMany } from '../problems'
import { reach } from '../reach'
import { createSession, type OpenedSession } from '../sessions/create-session'
import { endSession } from '../sessions/end-session'
import { type Challenge, challengeId, findChallenge, isCode, type Method } from './challenge'
import { deviceHashOf, makeDeviceCookie, readDeviceCookie } from './device-cookie'

export type LoginFinished = Readonly<{ session: OpenedSession; deviceCookie: string }>

/**
 * The second step of a login: checks the code and opens the session.
 *
 * The guard decides how many codes may be tried and uses the challenge up before the session is
 * opened: of fifty copies of the right code one gets a session. Who it is for, and how it travels, was
 * settled by the first step; nothing in this request can change it.
 */
export async function finishLogin(
  deps: Deps,
  input: { challenge: string; method: Method; code: string; deviceCookie: string | undefined },
): Promise<LoginFinished> {
  const id = challengeId(input.challenge)
  const challenge = await findChallenge(deps, id)
  if (challenge?.method !== input.method) {
    throw problem('invalid_challenge', { reason: challenge ? 'other method' : 'none or expired' })
  }
  const { userId, sentAt, expiresAt } = challenge
  using reservation = await reach('guard', () =>
    guardOf(deps, { userId }).reserveCode({
      challenge: { id, sentAt, expiresAt },
      now: deps.now().getTime(),
    }),
  )
  const { attempt, retryAfterSeconds, codeHash } = reservation
  if (!attempt) {
    if (retryAfterSeconds === null) throw problem('invalid_challenge', { reason: 'used up' })
    throw tooMany('too_many_attempts', retryAfterSeconds)
  }
  if (!isCode(deps, id, input.code, codeHash ?? challenge.codeHash)) {
    const { isEnded } = await reach('guard', () => attempt.fail())
    await recordEvent(deps, { event: isEnded ? 'authn_code_fail_max' : 'authn_code_fail', userId })
    throw problem('invalid_code')
  }
  const nonce = readDeviceCookie(deps, userId, input.deviceCookie) ?? randomToken()
  const isMine = await reach('guard', () => attempt.succeed(deviceHashOf(nonce)))
  if (!isMine) throw problem('invalid_challenge', { reason: 'used by a parallel request' })
  return openSession(deps, challenge, nonce)
}

async function openSession(
  deps: Deps,
  challenge: Challenge,
  nonce: string,
): Promise<LoginFinished> {
  const { userId, securityEpoch, role, transport } = challenge
  const session = await createSession(deps, {
    userId,
    securityEpoch,
    role,
    transport,
    firstFactor: 'pwd',
    secondFactor: challenge.method,
    deviceHash: deviceHashOf(nonce),
  })
  if (!session) {
    const data = { reason: 'account changed during login' }
    await recordEvent(deps, { event: 'authn_login_blocked', userId, data })
    throw problem('invalid_challenge', { reason: 'account changed' })
  }
  // The very first browser is the one that signed up: nothing to warn of.
  if (session.isNewDevice && !session.isFirstDevice) {
    await warnOfNewDevice(deps, userId, session).catch(async (error: unknown) => {
      // No answer without the warning, and no session that nobody holds the token of.
      await endSession(deps, { userId, sessionId: session.sessionId }, 'session_ended')
      throw error
    })
  }
  return { session, deviceCookie: makeDeviceCookie(deps, userId, nonce) }
}

const warnOfNewDevice = (deps: Deps, userId: string, { user }: OpenedSession) =>
  enqueueMail(deps, {
    template: 'new_device',
    to: user.email,
    userId,
    locale: user.locale,
    data: {
      device: deps.caller.userAgent,
      ip: deps.caller.ip,
      country: deps.caller.country,
      time: deps.now(),
    },
  })
