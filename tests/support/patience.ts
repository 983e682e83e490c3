import type { Deps } from '../../src/platform/deps'
import { PATIENCE, type Patience } from '../../src/platform/patience'

/**
 * For a test in which a store hangs: it is soon given up. A request keeps its time, since on a busy
 * machine it may compute for longer than anybody wants to wait.
 */
export const littlePatience = (less: Partial<Patience> = {}): Patience => ({
  ...PATIENCE,
  store: 400,
  notice: 250,
  ...less,
})

/**
 * Where what hangs is not asked through `callStore`, the deadline of the request is what ends it.
 */
export const HURRY = { request: 700, body: 700, finish: 2_200 } as const

export const impatient = (deps: Deps, less?: Partial<Patience>): Deps => ({
  ...deps,
  patience: littlePatience(less),
})
