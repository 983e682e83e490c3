import { MAX_DEVICES } from './limits'
import { type GuardState, NO_FAILURES } from './state'

/** Remembers a browser that has completed a login; the one unseen for longest makes room. */
export function withDevice(state: GuardState, device: string, now: number): GuardState {
  const devices = Object.entries({
    ...state.devices,
    [device]: { ...(state.devices[device] ?? NO_FAILURES), seenAt: now },
  })
  const kept = devices.sort(([, a], [, b]) => b.seenAt - a.seenAt).slice(0, MAX_DEVICES)
  return { ...state, devices: Object.fromEntries(kept) }
}

/** Notes that a known browser is in use, for it to be the last that makes room. */
export const withDeviceSeen = (state: GuardState, device: string | null, now: number): GuardState =>
  device !== null && state.devices[device] ? withDevice(state, device, now) : state

/**
 * A browser, and the epoch of the account (users.security_epoch) in which it earned to be known.
 */
export type Earned = Readonly<{ device: string; epoch: number }>

/**
 * Remembers the browser of a login that has opened a session, unless the account was recovered in a
 * later epoch: the session ended with that, and so did what it earned.
 */
export const withLogin = (state: GuardState, { device, epoch }: Earned, now: number): GuardState =>
  epoch < state.recoveredEpoch
    ? withDeviceSeen(state, device, now)
    : withDevice({ ...state, isKnown: true }, device, now)

/**
 * Ends all locks and counts, for an owner who has proved to be it. Their browser is the only known
 * one from now on: any other may be the intruder's. A recovery that is known already changes
 * nothing.
 */
export const withRecovery = (
  state: GuardState,
  { device, epoch }: Earned,
  now: number,
): GuardState =>
  epoch <= state.recoveredEpoch
    ? state
    : withDevice(
        { ...recovered(state), devices: {}, recoveredEpoch: epoch, isKnown: true },
        device,
        now,
      )

const withoutCodes = (asked: GuardState['asked']) =>
  Object.fromEntries(Object.entries(asked).filter(([count]) => !/^(code|resend)_/.test(count)))

/** Forgets one browser, or all of them (`null`): they are strangers again. */
export function withoutDevice(state: GuardState, device: string | null): GuardState {
  if (device === null) return { ...state, devices: {} }
  const { [device]: _forgotten, ...devices } = state.devices
  return { ...state, devices }
}

/**
 * After recovery: nobody has failed or had too many codes mailed, whoever it was. What was used up
 * stays so, and so do the links that anyone can ask for.
 */
export const recovered = (state: GuardState): GuardState => ({
  ...state,
  asked: withoutCodes(state.asked),
  strangers: NO_FAILURES,
  linkHolders: NO_FAILURES,
  devices: Object.fromEntries(
    Object.entries(state.devices).map(([device, { seenAt }]) => [
      device,
      { ...NO_FAILURES, seenAt },
    ]),
  ),
})
