import { secondsLeft, take, type Window, windowAt } from '../../../platform/window'
import type { Method } from '../../factors/methods'
import { withDeviceSeen } from './devices'
import { CODE_FAILURES, type Count, type QuotaKind, quotasOf, RESEND_PAUSE_MS } from './limits'
import { withOneMoreInARow, withRowEnded } from './lockout'
import {
  type ChallengeCount,
  type GuardState,
  liveChallenges,
  liveCounts,
  NO_WINDOW,
  sideOf,
  withSide,
} from './state'

/**
 * A challenge as its record in KV tells it. KV may lag; what the guard has noted since counts more.
 */
export type ChallengeRef = Readonly<{ id: string; sentAt: number; expiresAt: number }>

/** A challenge as the guard knows it; one it has not met has no failures. */
export const challengeOf = (
  state: GuardState,
  { id, sentAt, expiresAt }: ChallengeRef,
): ChallengeCount =>
  state.challenges[id] ?? { failures: 0, isUsed: false, codeHash: null, sentAt, expiresAt }

/**
 * Notes a challenge, and forgets those whose time has passed: what is kept stays small without an
 * alarm.
 */
export const withChallenge = (
  state: GuardState,
  id: string,
  challenge: ChallengeCount,
  now: number,
): GuardState => ({
  ...state,
  challenges: { ...liveChallenges(state.challenges, now), [id]: challenge },
})

/**
 * Counts a wrong code: for its challenge, for its side's hour, and in a row. One that guesses at no
 * factor of the account (`isNoGuess`) is not in the row, where it would raise an alarm or keep one
 * away: 0.
 */
export function withCodeFailure(
  state: GuardState,
  ref: ChallengeRef,
  from: { method: Method; device: string | null; isNoGuess?: boolean },
  now: number,
): { state: GuardState; failures: number; inARow: number } {
  const challenge = challengeOf(state, ref)
  const failures = challenge.failures + 1
  const { isNoGuess = false, method } = from
  const before = sideOf(state, from.device)
  const side = isNoGuess ? before : withOneMoreInARow(before, method)
  const { startedAt, count } = windowAt(side.codeFailures, CODE_FAILURES, now)
  const counted = { ...side, codeFailures: { startedAt, count: count + 1 } }
  return {
    state: withChallenge(
      withSide(state, from.device, counted),
      ref.id,
      { ...challenge, failures },
      now,
    ),
    failures,
    inARow: isNoGuess ? 0 : (side.inARow[method] ?? 0),
  }
}

/** Seconds until this side may give a code again, 0 if now; `inFlight` are not yet judged. */
export function codeWaitSeconds(codeFailures: Window, inFlight: number, now: number): number {
  const window = windowAt(codeFailures, CODE_FAILURES, now)
  if (window.count + inFlight < CODE_FAILURES.limit) return 0
  return window.count < CODE_FAILURES.limit ? 1 : secondsLeft(window, CODE_FAILURES, now)
}

/** What a right code does besides: uses its challenge up, uses a time step up. */
export type CodeUse = Readonly<{
  /** The authenticator app and the time step of its code. */
  totp?: { id: string; step: number } | undefined
  /** The session that gives the code, or that it is to open; none where a link is. */
  sessionId?: string | undefined
  /** Where another store decides that it is used once: a mailed link. */
  keepsChallenge?: boolean | undefined
}>

/**
 * Uses up what a right code stands for. `undefined` for the step of an app that is not later than
 * the last one accepted: a code works once, and an older one not after a newer (RFC 6238 §5.2).
 */
export function withRightCode(
  state: GuardState,
  ref: ChallengeRef,
  from: { method: Method; device: string | null },
  use: CodeUse,
  now: number,
): GuardState | undefined {
  const { totp, sessionId = '' } = use
  if (totp && totp.step <= (state.totpSteps[totp.id] ?? -1)) return undefined
  const side = { ...withRowEnded(sideOf(state, from.device), from.method), codeFailures: NO_WINDOW }
  const cleared = { ...withSide(state, from.device, side), isKnown: true }
  const stepped = totp
    ? {
        ...cleared,
        totpSteps: { ...cleared.totpSteps, [totp.id]: totp.step },
        totpSessions: { ...cleared.totpSessions, [totp.id]: sessionId },
      }
    : cleared
  const used = use.keepsChallenge
    ? stepped
    : withChallenge(stepped, ref.id, { ...challengeOf(state, ref), isUsed: true }, now)
  return withDeviceSeen(used, from.device, now)
}

/**
 * Whether the session that gives the step of an app is the very one that has used it: its owner, in
 * a hurry.
 */
export const isOwnReplay = ({ totpSteps, totpSessions }: GuardState, use: CodeUse): boolean =>
  use.totp !== undefined &&
  use.sessionId !== undefined &&
  totpSteps[use.totp.id] === use.totp.step &&
  totpSessions[use.totp.id] === use.sessionId

/** Notes that a code is sent again, unless that is too soon or too often for those who ask. */
export function withResend(
  state: GuardState,
  id: string,
  challenge: ChallengeCount,
  next: { codeHash: string; expiresAt: number; isKnown: boolean; now: number },
): { state: GuardState; retryAfterSeconds: number } {
  const { codeHash, expiresAt, isKnown, now } = next
  const pauseSeconds = (challenge.sentAt + RESEND_PAUSE_MS - now) / 1000
  if (pauseSeconds > 0) return { state, retryAfterSeconds: pauseSeconds }
  const asked = withAsked(state, isKnown ? 'resend_known' : 'resend_stranger', now)
  if (asked.retryAfterSeconds > 0) return asked
  const sent = { ...challenge, codeHash, expiresAt, sentAt: now }
  return { state: withChallenge(asked.state, id, sent, now), retryAfterSeconds: 0 }
}

/**
 * Counts what is asked for; the seconds until it can be had again, 0 if it was granted. With the
 * network that asks, it counts that network alone too, so that none uses up what is for all.
 */
export function withAsked(
  state: GuardState,
  kind: QuotaKind,
  now: number,
  network?: string,
): { state: GuardState; retryAfterSeconds: number } {
  const counts: Count[] = network === undefined ? [kind] : [`${kind}@${network}`, kind]
  const windowsOf = counts.map((count) =>
    quotasOf(count).map((quota, index) => ({ quota, window: state.asked[count]?.[index] })),
  )
  const all = windowsOf.flat()
  const { isAllowed, windows, retryAfterSeconds } = take(
    all.map(({ window }) => window),
    all.map(({ quota }) => quota),
    now,
  )
  if (!isAllowed) return { state, retryAfterSeconds }
  const [first = []] = windowsOf
  const parts = [windows.slice(0, first.length), windows.slice(first.length)]
  const taken = Object.fromEntries(counts.map((count, at) => [count, parts[at] ?? []]))
  return {
    state: { ...state, asked: { ...liveCounts(state.asked, now), ...taken } },
    retryAfterSeconds: 0,
  }
}
