import { withoutDevice } from './devices'
import { MAX_IN_A_ROW } from './limits'
import { type Counters, type Factor, type GuardState, NO_FAILURES, sideOf, withSide } from './state'

/** What a lock is: so many failures, and for how long. */
export type LockRule = Readonly<{ maxFailures: number; lockSeconds: number }>

/**
 * A browser that fails this many times the limit in a row is a stranger from then on (OWASP device
 * cookies).
 */
const DEVICE_FACTOR = 10

/** Whether this side may not use the authenticator any more, until recovery. */
export const isStopped = ({ inARow }: Counters, what: Factor): boolean =>
  (inARow[what] ?? 0) >= MAX_IN_A_ROW

export const withOneMoreInARow = (side: Counters, what: Factor): Counters => ({
  ...side,
  inARow: { ...side.inARow, [what]: (side.inARow[what] ?? 0) + 1 },
})

export const withRowEnded = (side: Counters, what: Factor): Counters =>
  side.inARow[what] ? { ...side, inARow: { ...side.inARow, [what]: 0 } } : side

/**
 * Failures in the present lock period, 0 once it has passed: five in thirty minutes lock, four and
 * a pause do not. The slow guesser meets the count in a row instead.
 */
export const failuresAt = (side: Counters, rule: LockRule, now: number): number =>
  now < side.firstFailureAt + rule.lockSeconds * 1000 ? side.failures : 0

/**
 * Counts a wrong password, and locks at the limit. `lockedUntil` is 0 for one that did not lock.
 */
export function withPasswordFailure(
  state: GuardState,
  device: string | null,
  rule: LockRule,
  now: number,
): { state: GuardState; lockedUntil: number; inARow: number } {
  const side = sideOf(state, device)
  const before = failuresAt(side, rule, now)
  const failures = before + 1
  const isLocked = failures >= rule.maxFailures
  const lockedUntil = isLocked ? now + rule.lockSeconds * 1000 : 0
  const counted = withOneMoreInARow(side, 'password')
  const after: Counters = isLocked
    ? { ...counted, failures: 0, firstFailureAt: 0, lockedUntil }
    : { ...counted, failures, firstFailureAt: before ? side.firstFailureAt : now, lockedUntil }
  const inARow = after.inARow.password ?? 0
  const next = withSide(state, device, after)
  const isWornOut = side !== state.strangers && inARow >= rule.maxFailures * DEVICE_FACTOR
  return { state: isWornOut ? withoutDevice(next, device ?? '') : next, lockedUntil, inARow }
}

/** A right password clears the counters of its own side, no other side's. */
export function withPasswordSuccess(state: GuardState, device: string | null): GuardState {
  const side = sideOf(state, device)
  const { failures, firstFailureAt, lockedUntil } = NO_FAILURES
  if (side.failures === 0 && side.lockedUntil === 0 && !side.inARow.password) return state
  const after = { ...withRowEnded(side, 'password'), failures, firstFailureAt, lockedUntil }
  return withSide(state, device, after)
}
