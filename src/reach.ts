import { problem } from './problems'

/** How long a store, guard or queue may take before the request is refused. */
const PATIENCE_MS = 5_000

/**
 * Asks a dependency, for a bounded time. One that fails or hangs ends in 503: the check that needed it
 * is never skipped (fail closed).
 */
export async function reach<T>(name: string, ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await within(PATIENCE_MS, ask)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw problem('service_unavailable', { reason: `${name}: ${reason}` })
  }
}

/** What is asked, unless it takes longer: then an error. */
export async function within<T>(ms: number, ask: () => PromiseLike<T>): Promise<T> {
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
