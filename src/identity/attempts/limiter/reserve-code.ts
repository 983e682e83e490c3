import type { Method } from '../../factors/methods'
import { Attempt } from './attempt'
import {
  challengeOf,
  type ChallengeRef,
  type CodeUse,
  codeWaitSeconds,
  isOwnReplay,
  withCodeFailure,
  withResend,
  withRightCode,
} from './code-attempts'
import { MAX_IN_A_ROW } from './limits'
import { isStopped } from './lockout'
import type { CodeFailed, CodeReservation, CodeVerdict, ResendVerdict } from './reservations'
import { LINK_HOLDER, sideOf } from './state'
import { type GuardWork, knownOf } from './work'

export type CodeRequest = Readonly<{
  challenge: ChallengeRef
  method: Method
  /** The browser that asks, if it has completed a login before. */
  device: string | null
  /** For a link that resets the password, which is the challenge. */
  isByLink?: boolean
  /** A wrong one guesses at no factor: it is of an app that is being set up. */
  isNoGuess?: boolean
  now: number
}>

/**
 * Reserves a code check. A link that resets the password proves the mailbox, so whoever has no more
 * than the password uses up none of its codes: it has a side of its own, and its hour is that of
 * the links (limits.ts).
 */
export function reserveCode(
  work: GuardWork,
  { device, isByLink, ...request }: CodeRequest,
): CodeReservation {
  const { maxFailures } = work.rule()
  const { challenge, method, now } = request
  const { id } = challenge
  const known = knownOf(work.state(), device)
  const from = known ?? (isByLink ? LINK_HOLDER : null)
  const side = sideOf(work.state(), from)
  const { isUsed, failures, codeHash } = challengeOf(work.state(), challenge)
  const answer = { isKnownDevice: known !== null, isStopped: false, codeHash: null }
  if (isUsed || failures >= maxFailures) {
    return { ...answer, attempt: null, retryAfterSeconds: null }
  }
  if (isStopped(side, method)) {
    return { ...answer, isStopped: true, attempt: null, retryAfterSeconds: null }
  }
  const ofSide = `code:${from ?? ''}:`
  const ofChallenge = work.places.count((place) => place.endsWith(`:${id}`))
  const inFlight = work.places.count((place) => place.startsWith(ofSide))
  const hasHour = from !== LINK_HOLDER
  const waitSeconds = hasHour ? codeWaitSeconds(side.codeFailures, inFlight, now) : 0
  if (failures + ofChallenge >= maxFailures || waitSeconds > 0) {
    return { ...answer, attempt: null, retryAfterSeconds: Math.max(1, waitSeconds) }
  }
  const attempt = new Attempt(
    work.places.take(`${ofSide}${id}`),
    () => failCode(work, { ...request, device: from }),
    (use: CodeUse) => useCode(work, { ...request, device: from }, use),
  )
  return { ...answer, codeHash, attempt, retryAfterSeconds: 0 }
}

function failCode(work: GuardWork, request: CodeRequest): CodeFailed {
  const { challenge, now } = request
  const { state, failures, inARow } = withCodeFailure(work.state(), challenge, request, now)
  work.save(state)
  const isEnded = failures >= work.rule().maxFailures
  return { inARow, isEnded, stopsNow: inARow === MAX_IN_A_ROW }
}

/** Uses a right code up: `passed` once. A time step that was used before counts as a wrong code. */
function useCode(work: GuardWork, request: CodeRequest, use: CodeUse): CodeVerdict {
  const { challenge, now } = request
  const { isUsed, failures } = challengeOf(work.state(), challenge)
  if (isUsed || failures >= work.rule().maxFailures) return { verdict: 'spent', failed: null }
  const state = withRightCode(work.state(), challenge, request, use, now)
  if (!state) {
    const isOwn = isOwnReplay(work.state(), use)
    const failed = failCode(work, isOwn ? { ...request, isNoGuess: true } : request)
    return { verdict: isOwn ? 'used' : 'replayed', failed }
  }
  work.save(state)
  return { verdict: 'passed', failed: null }
}

export type ResendRequest = Readonly<{
  challenge: ChallengeRef
  codeHash: string
  expiresAt: number
  /** The challenge was begun in a browser that the account knows, or in a session. */
  isKnown: boolean
  now: number
}>

/** Notes that another code was made for a challenge: the one before is dead, its failures stay. */
export function resendCode(work: GuardWork, request: ResendRequest): ResendVerdict {
  const { id } = request.challenge
  const challenge = challengeOf(work.state(), request.challenge)
  if (challenge.isUsed || challenge.failures >= work.rule().maxFailures) {
    return { isGranted: false, retryAfterSeconds: null }
  }
  const { state, retryAfterSeconds } = withResend(work.state(), id, challenge, request)
  if (retryAfterSeconds > 0) return { isGranted: false, retryAfterSeconds }
  work.save(state)
  return { isGranted: true, retryAfterSeconds: null }
}
