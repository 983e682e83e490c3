import type { Deps } from './deps'

const FRESH_MS = 2000

/**
 * Asks a store for what is the same for every caller, at most once in two seconds in this isolate:
 * what anyone may ask, without a limit, costs no more the more they ask. Meanwhile it says what it
 * said before, a failure included.
 *
 * It keeps values and no promise: what a request has begun may end with it, for all who wait for
 * it. An answer that comes after a newer one is given to who asked for it alone.
 */
export function cached<T>(ask: (deps: Deps) => Promise<T>): (deps: Deps) => Promise<T> {
  let known: { askedAt: number; until: number; give: () => T } | undefined
  return async (deps) => {
    const now = deps.now().getTime()
    if (known && now < known.until) return known.give()
    const until = now + FRESH_MS
    // Taken before it asks, so that one asks and the others are told what was known a moment ago.
    // What has not been asked for a while is nobody's answer any more.
    if (known && now < known.until + FRESH_MS) known = { ...known, until }
    const give = await ask(deps).then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    if (!known || known.askedAt <= now) {
      known = { askedAt: now, until: Math.max(until, known?.until ?? 0), give }
    }
    return give()
  }
}
