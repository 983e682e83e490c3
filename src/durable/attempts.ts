import { type Quota, secondsLeft, take, type Window, windowAt } from './window'

/** Failed passwords from one side: one known browser, or all the rest of the world together. */
export type Bucket = Readonly<{ failures: number; firstFailureAt: number; lockedUntil: number }>

export type Challenge = Readonly<{
  failures: number
  isUsed: boolean
  /** Keyed hash of the code that was sent last, when it is not the first one. */
  codeHash: string | null
  sentAt: number
  expiresAt: number
}>

/** All that an account's guard keeps. Times in milliseconds. */
export type GuardState = Readonly<{
  /** False for a name that nobody has: its guard is emptied once its windows have passed. */
  isKnown: boolean
  strangers: Bucket
  /** Browsers that have completed a login, by the nonce of their device cookie. */
  devices: Readonly<Record<string, Bucket & { seenAt: number }>>
  /** Wrong passwords in a row from all sides. Neither time nor a lock's end resets it, only a right one. */
  consecutiveFailures: number
  codeFailures: Window
  resends: Window
  challenges: Readonly<Record<string, Challenge>>
}>

const NO_FAILURES: Bucket = { failures: 0, firstFailureAt: 0, lockedUntil: 0 }
const NO_WINDOW: Window = { startedAt: 0, count: 0 }
const MAX_DEVICES = 10

export const EMPTY_GUARD: GuardState = {
  isKnown: false,
  strangers: NO_FAILURES,
  devices: {},
  consecutiveFailures: 0,
  codeFailures: NO_WINDOW,
  resends: NO_WINDOW,
  challenges: {},
}

/** Wrong codes of one account over all its challenges: a guesser who knows the password gets no more. */
export const CODE_FAILURES: Quota = { limit: 10, seconds: 3600 }
/** Codes sent again on request, per account; and no sooner than a minute after the last. */
export const RESENDS: Quota = { limit: 5, seconds: 3600 }
export const RESEND_PAUSE_MS = 60_000

/** What a lock is: so many failures, and for how long. */
export type LockRule = Readonly<{ maxFailures: number; lockSeconds: number }>

/** The counter that an attempt falls under. A device that the guard does not know is a stranger. */
export const bucketOf = (state: GuardState, device: string | null): Bucket =>
  (device !== null && state.devices[device]) || state.strangers

/**
 * Failures in the present lock period, 0 once it has passed: five in thirty minutes lock, four and a
 * pause do not. The slow guesser meets `consecutiveFailures` instead.
 */
export const failuresAt = (bucket: Bucket, rule: LockRule, now: number): number =>
  now < bucket.firstFailureAt + rule.lockSeconds * 1000 ? bucket.failures : 0

/** Counts a wrong password, and locks at the limit. */
export function withFailure(
  state: GuardState,
  device: string | null,
  rule: LockRule,
  now: number,
): { state: GuardState; lockedUntil: number } {
  const bucket = bucketOf(state, device)
  const before = failuresAt(bucket, rule, now)
  const failures = before + 1
  const isLocked = failures >= rule.maxFailures
  const lockedUntil = isLocked ? now + rule.lockSeconds * 1000 : 0
  const after = isLocked
    ? { ...NO_FAILURES, lockedUntil }
    : { failures, firstFailureAt: before ? bucket.firstFailureAt : now, lockedUntil }
  const consecutiveFailures = state.consecutiveFailures + 1
  return { state: { ...withBucket(state, device, after), consecutiveFailures }, lockedUntil }
}

/** A right password clears the counter of its own side, and the count in a row; no other side's. */
export function withSuccess(state: GuardState, device: string | null): GuardState {
  const { failures, lockedUntil } = bucketOf(state, device)
  if (failures === 0 && lockedUntil === 0 && state.consecutiveFailures === 0) return state
  return { ...withBucket(state, device, NO_FAILURES), consecutiveFailures: 0 }
}

function withBucket(state: GuardState, device: string | null, bucket: Bucket): GuardState {
  const known = device === null ? undefined : state.devices[device]
  if (device === null || !known) return { ...state, strangers: bucket }
  return { ...state, devices: { ...state.devices, [device]: { ...known, ...bucket } } }
}

/** Remembers a browser that has completed a login; the one unseen for longest makes room. */
export function withDevice(state: GuardState, device: string, now: number): GuardState {
  const devices = Object.entries({
    ...state.devices,
    [device]: { ...(state.devices[device] ?? NO_FAILURES), seenAt: now },
  })
  const kept = devices.sort(([, a], [, b]) => b.seenAt - a.seenAt).slice(0, MAX_DEVICES)
  return { ...state, devices: Object.fromEntries(kept) }
}

/** A challenge as the guard knows it; one it has not met has no failures. */
export const challengeOf = (
  state: GuardState,
  { id, sentAt, expiresAt }: { id: string; sentAt: number; expiresAt: number },
): Challenge =>
  state.challenges[id] ?? { failures: 0, isUsed: false, codeHash: null, sentAt, expiresAt }

/** Notes a challenge, and forgets those whose time has passed: what is kept stays small without an alarm. */
export const withChallenge = (
  state: GuardState,
  id: string,
  challenge: Challenge,
  now: number,
): GuardState => ({
  ...state,
  challenges: { ...liveChallenges(state, now), [id]: challenge },
})

const liveChallenges = ({ challenges }: GuardState, now: number) =>
  Object.fromEntries(Object.entries(challenges).filter(([, { expiresAt }]) => now < expiresAt))

export const withCodeFailure = (state: GuardState, now: number): GuardState => {
  const { startedAt, count } = windowAt(state.codeFailures, CODE_FAILURES, now)
  return { ...state, codeFailures: { startedAt, count: count + 1 } }
}

/** Seconds until the account may be asked for a code again, 0 if now; `inFlight` are not yet judged. */
export function codeWaitSeconds(state: GuardState, inFlight: number, now: number): number {
  const window = windowAt(state.codeFailures, CODE_FAILURES, now)
  if (window.count + inFlight < CODE_FAILURES.limit) return 0
  return window.count < CODE_FAILURES.limit ? 1 : secondsLeft(window, CODE_FAILURES, now)
}

/** Notes that a code is sent again, unless that is too soon or too often. */
export function withResend(
  state: GuardState,
  id: string,
  challenge: Challenge,
  next: { codeHash: string; expiresAt: number; now: number },
): { state: GuardState; retryAfterSeconds: number } {
  const pauseSeconds = (challenge.sentAt + RESEND_PAUSE_MS - next.now) / 1000
  if (pauseSeconds > 0) return { state, retryAfterSeconds: pauseSeconds }
  const result = take([state.resends], [RESENDS], next.now)
  const [resends = NO_WINDOW] = result.windows
  if (!result.isAllowed) return { state, retryAfterSeconds: result.retryAfterSeconds }
  const { codeHash, expiresAt } = next
  const sent = { ...challenge, codeHash, expiresAt, sentAt: next.now }
  return { state: { ...withChallenge(state, id, sent, next.now), resends }, retryAfterSeconds: 0 }
}

/**
 * Drops what no longer matters. `undefined` when nothing is left that must be remembered: a known
 * account keeps its devices and its failures in a row, an unknown one keeps nothing.
 */
export function pruned(state: GuardState, rule: LockRule, now: number): GuardState | undefined {
  const challenges = liveChallenges(state, now)
  const buckets = [state.strangers, ...Object.values(state.devices)]
  const isActive =
    Object.keys(challenges).length > 0 ||
    buckets.some((bucket) => now < bucket.lockedUntil || failuresAt(bucket, rule, now) > 0) ||
    windowAt(state.codeFailures, CODE_FAILURES, now).count > 0 ||
    windowAt(state.resends, RESENDS, now).count > 0
  const isRemembered =
    state.isKnown && (state.consecutiveFailures > 0 || Object.keys(state.devices).length > 0)
  if (!isActive && !isRemembered) return undefined
  return { ...state, challenges }
}
