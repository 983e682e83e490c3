import type { Deps } from './context'
import { seeThrough } from './reach'

const FRESH_MS = 2000

/**
 * Asks a store for what is the same for every caller, at most once in two seconds in this isolate: what
 * anyone may ask, without a limit, costs no more the more they ask. Meanwhile it says what it said
 * before, a failure included.
 *
 * It keeps values and no promise: what a request has begun may end with it, for all who wait for it.
 */
export function cached<T>(ask: (deps: Deps) => Promise<T>): (deps: Deps) => Promise<T> {
  let known: { until: number; give: () => T } | undefined
  return async (deps) => {
    const now = deps.now().getTime()
    if (known && now < known.until) return known.give()
    const until = now + FRESH_MS
    // Taken before it asks, so that one asks and the others are told what was known.
    if (known) known = { ...known, until }
    const answer = ask(deps).then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    // To its end, though its caller hangs up: else a caller who does could keep what is old alive.
    const give = await seeThrough(deps, answer)
    known = { until, give }
    return give()
  }
}
