import { type Window, windowAt } from '../../../platform/window'
import type { Method } from '../../factors/methods'
import { CLOCK_SKEW_MS, CODE_FAILURES, type Count, quotasOf } from './limits'

/** What can be guessed at. */
export type Factor = 'password' | Method

/** What one side has got wrong: one known browser, or all the rest of the world together. */
export type Counters = Readonly<{
  /** Wrong passwords of the present lock period. */
  failures: number
  firstFailureAt: number
  lockedUntil: number
  /**
   * Wrong tries in a row. Neither time nor a lock's end resets them, only a right one or recovery.
   */
  inARow: Readonly<Partial<Record<Factor, number>>>
  codeFailures: Window
}>

export type ChallengeCount = Readonly<{
  failures: number
  isUsed: boolean
  /** Keyed hash of the code that was sent last, when it is not the first one. */
  codeHash: string | null
  sentAt: number
  expiresAt: number
}>

/** All that an account's guard keeps. Times in milliseconds. */
export type GuardState = Readonly<{
  /** False for a name, and for nobody: its guard is emptied once its windows have passed. */
  isKnown: boolean
  strangers: Counters
  /** Whoever holds a link that resets the password, in a browser that is not known. */
  linkHolders: Counters
  /** Browsers that have completed a login, by the nonce of their device token. */
  devices: Readonly<Record<string, Counters & { seenAt: number }>>
  /**
   * The epoch of the account that its last recovery began: no login of one before makes a browser
   * known.
   */
  recoveredEpoch: number
  /** What was asked for, by kind and network: a window for each quota. */
  asked: Readonly<Partial<Record<Count, readonly Window[]>>>
  challenges: Readonly<Record<string, ChallengeCount>>
  /** The last time step that was accepted of each authenticator app. */
  totpSteps: Readonly<Record<string, number>>
  /** The session that each of these steps was accepted for. */
  totpSessions: Readonly<Record<string, string>>
}>

export const NO_WINDOW: Window = { startedAt: 0, count: 0 }

export const NO_FAILURES: Counters = {
  failures: 0,
  firstFailureAt: 0,
  lockedUntil: 0,
  inARow: {},
  codeFailures: NO_WINDOW,
}

export const EMPTY_GUARD: GuardState = {
  isKnown: false,
  strangers: NO_FAILURES,
  linkHolders: NO_FAILURES,
  devices: {},
  recoveredEpoch: 0,
  asked: {},
  challenges: {},
  totpSteps: {},
  totpSessions: {},
}

/** A code of a step this old is refused by the clock alone. */
const STEP_KEPT_MS = 600_000
const STEP_MS = 30_000

/** What was stored, by this version or one before that knew less. */
export function loadedGuard(stored: Partial<GuardState> | undefined): GuardState {
  if (!stored) return EMPTY_GUARD
  const devices = Object.entries(stored.devices ?? {}).map(
    ([device, side]) => [device, { ...NO_FAILURES, ...side }] as const,
  )
  return {
    ...EMPTY_GUARD,
    ...stored,
    strangers: { ...NO_FAILURES, ...stored.strangers },
    linkHolders: { ...NO_FAILURES, ...stored.linkHolders },
    devices: Object.fromEntries(devices),
  }
}

/**
 * Stands for the side of link holders where a device does for its own; no hash of one is so short.
 */
export const LINK_HOLDER = 'link'

/** The side that an attempt falls under. A device that the guard does not know is a stranger. */
export function sideOf(state: GuardState, device: string | null): Counters {
  if (device === LINK_HOLDER) return state.linkHolders
  return (device !== null && state.devices[device]) || state.strangers
}

/** All sides of an account. */
export const sidesOf = ({ strangers, linkHolders, devices }: GuardState): readonly Counters[] => [
  strangers,
  linkHolders,
  ...Object.values(devices),
]

export function withSide(state: GuardState, device: string | null, side: Counters): GuardState {
  if (device === LINK_HOLDER) return { ...state, linkHolders: side }
  const known = device === null ? undefined : state.devices[device]
  if (device === null || !known) return { ...state, strangers: side }
  return { ...state, devices: { ...state.devices, [device]: { ...known, ...side } } }
}

/** Those that some edge, by its clock, may still take for good. */
export const liveChallenges = (challenges: GuardState['challenges'], now: number) =>
  Object.fromEntries(
    Object.entries(challenges).filter(([, { expiresAt }]) => now < expiresAt + CLOCK_SKEW_MS),
  )

/** Counts with a window that is open. */
export const liveCounts = (asked: GuardState['asked'], now: number): GuardState['asked'] =>
  Object.fromEntries(
    Object.entries(asked).filter(([count, windows]) =>
      quotasOf(count as Count).some(
        (quota, index) => windowAt(windows?.[index], quota, now).count > 0,
      ),
    ),
  )

const hasRow = ({ inARow }: Counters) => Object.values(inARow).some((count) => count > 0)

/**
 * Drops what no longer matters. `undefined` when nothing is left that must be remembered: an
 * account keeps its last recovery, its devices and its failures in a row, a name keeps nothing.
 */
export function pruned(
  state: GuardState,
  { lockSeconds }: { lockSeconds: number },
  now: number,
): GuardState | undefined {
  const challenges = liveChallenges(state.challenges, now)
  const totpSteps = Object.fromEntries(
    Object.entries(state.totpSteps).filter(([, step]) => now < step * STEP_MS + STEP_KEPT_MS),
  )
  const totpSessions = Object.fromEntries(
    Object.entries(state.totpSessions).filter(([id]) => id in totpSteps),
  )
  const asked = liveCounts(state.asked, now)
  const sides = sidesOf(state)
  const isActive =
    [challenges, totpSteps, asked].some((part) => Object.keys(part).length > 0) ||
    sides.some(
      (side) =>
        now < side.lockedUntil ||
        (side.failures > 0 && now < side.firstFailureAt + lockSeconds * 1000) ||
        windowAt(side.codeFailures, CODE_FAILURES, now).count > 0,
    )
  const isRemembered =
    state.isKnown &&
    // A recovery that is not remembered would be followed again, and know a browser that was
    // forgotten since.
    (state.recoveredEpoch > 0 || sides.some(hasRow) || Object.keys(state.devices).length > 0)
  if (!isActive && !isRemembered) return undefined
  return { ...state, challenges, totpSteps, totpSessions, asked }
}
