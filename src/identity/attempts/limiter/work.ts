import type { InFlight } from './in-flight'
import type { LockRule } from './lockout'
import type { GuardState } from './state'

/**
 * What the acts of a guard work on. Each call runs alone, so what is read here is true until it
 * saves.
 */
export type GuardWork = Readonly<{
  state: () => GuardState
  save: (state: GuardState) => void
  rule: () => LockRule
  places: InFlight
}>

/** The device, if the guard knows it; any other is a stranger. */
export const knownOf = ({ devices }: GuardState, device: string | null): string | null =>
  device !== null && devices[device] ? device : null
