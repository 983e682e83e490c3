import type { Deps } from './deps'
import { messageOf } from './error-text'
import { problem } from './problems'

/**
 * Asks a dependency, for a bounded time. One that fails or hangs ends in 503: the check that needed
 * it is never skipped (fail closed).
 */
export async function callStore<T>(
  { patience }: Pick<Deps, 'patience'>,
  name: string,
  ask: () => PromiseLike<T>,
): Promise<T> {
  try {
    return await withTimeout(patience.store, ask)
  } catch (error) {
    throw problem('service_unavailable', { reason: `${name}: ${messageOf(error)}` })
  }
}

/** What is asked, unless it takes longer: then an error. */
export async function withTimeout<T>(ms: number, ask: () => PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([ask(), timeout])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Lets work that has begun come to its end although its caller hangs up, for then the platform
 * stops what nothing waits for: a guesser who goes before the answer would be counted by the guard
 * and not recorded, and the owner of an account not told of what was done to it.
 */
export function finishInBackground<T>(
  { patience, waitUntil }: Pick<Deps, 'patience' | 'waitUntil'>,
  work: Promise<T>,
): Promise<T> {
  waitUntil(withTimeout(patience.finish, () => work).catch(() => {}))
  return work
}
