import { Attempt } from './attempt'
import { withAsked } from './code-attempts'
import { type Earned, withDeviceSeen, withRecovery } from './devices'
import { MAX_IN_A_ROW } from './limits'
import { failuresAt, isStopped, withPasswordFailure, withPasswordSuccess } from './lockout'
import type { PasswordPassed, PasswordReservation } from './reservations'
import { sideOf } from './state'
import { type GuardWork, knownOf } from './work'

export type PasswordRequest = Readonly<{
  /** The browser that asks, if it has completed a login before. */
  device: string | null
  /** Whether an account has this guard. */
  isKnown: boolean
  /** The last recovery: where the call that told of it was lost, the guard hears of it here. */
  recovery?: Earned | null
  now: number
}>

/** Reserves a password check, for a browser the guard knows or for a stranger. */
export function reservePassword(work: GuardWork, request: PasswordRequest): PasswordReservation {
  const { device, isKnown, recovery, now } = request
  if (recovery) work.save(withRecovery(work.state(), recovery, now))
  const rule = work.rule()
  const side = sideOf(work.state(), device)
  const from = knownOf(work.state(), device)
  const answer = { isKnownDevice: from !== null, isStopped: isStopped(side, 'password') }
  const waitSeconds = (side.lockedUntil - now) / 1000
  if (waitSeconds > 0) return { ...answer, attempt: null, retryAfterSeconds: waitSeconds }
  const place = `password:${from ?? ''}`
  const inUse = work.places.count((taken) => taken === place)
  if (failuresAt(side, rule, now) + inUse >= rule.maxFailures) {
    return { ...answer, attempt: null, retryAfterSeconds: 1 }
  }
  const attempt = new Attempt(
    work.places.take(place),
    () => {
      const before = { ...work.state(), isKnown: isKnown || work.state().isKnown }
      const { state, lockedUntil, inARow } = withPasswordFailure(before, from, rule, now)
      work.save(state)
      return { lockedUntil, stopsNow: inARow === MAX_IN_A_ROW }
    },
    (mailsCode: boolean) => passPassword(work, { device: from, mailsCode, now }),
  )
  return { ...answer, attempt, retryAfterSeconds: 0 }
}

/**
 * Clears the count of the side, and counts the code that is to be mailed, unless there were too
 * many.
 */
function passPassword(
  work: GuardWork,
  { device, mailsCode, now }: { device: string | null; mailsCode: boolean; now: number },
): PasswordPassed {
  const passed = withPasswordSuccess(work.state(), device)
  const kind = device === null ? 'code_stranger' : 'code_known'
  const { state, retryAfterSeconds } = mailsCode
    ? withAsked(passed, kind, now)
    : { state: passed, retryAfterSeconds: 0 }
  // A write that is made anyway says that the browser is in use; none is made for that alone.
  work.save(state === work.state() ? state : withDeviceSeen(state, device, now))
  return { codeWaitSeconds: retryAfterSeconds }
}
