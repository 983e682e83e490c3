import { CLOCK_SKEW_MS, MAX_DEVICES } from './guard-limits'
import { type GuardState, NO_FAILURES } from './guard-state'

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
 * Remembers the browser of a login that has opened a session, unless it began before the account was
 * recovered, by the clock of some edge: the session ended with the recovery, and so did what it earned.
 */
export const withLogin = (
  state: GuardState,
  { device, beganAt }: { device: string; beganAt: number },
  now: number,
): GuardState =>
  beganAt < state.recoveredAt + CLOCK_SKEW_MS
    ? withDeviceSeen(state, device, now)
    : withDevice({ ...state, isKnown: true }, device, now)

/** Forgets one browser, or all of them (`null`): they are strangers again. */
export function withoutDevice(state: GuardState, device: string | null): GuardState {
  if (device === null) return { ...state, devices: {} }
  const { [device]: _forgotten, ...devices } = state.devices
  return { ...state, devices }
}

/** After recovery: nobody has failed, whoever it was. What was used up stays so. */
export const recovered = (state: GuardState): GuardState => ({
  ...state,
  strangers: NO_FAILURES,
  linkHolders: NO_FAILURES,
  devices: Object.fromEntries(
    Object.entries(state.devices).map(([device, { seenAt }]) => [
      device,
      { ...NO_FAILURES, seenAt },
    ]),
  ),
})
