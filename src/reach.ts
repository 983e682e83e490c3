import { problem } from './problems'

/** How long a store, guard or queue may take before the request is refused. */
const PATIENCE_MS = 5_000

/**
 * Asks a dependency, for a bounded time. One that fails or hangs ends in 503: the check that needed it
 * is never skipped (fail closed).
 */
export async function reach<T>(name: string, ask: () => PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([ask(), timeout])
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw problem('service_unavailable', { reason: `${name}: ${reason}` })
  } finally {
    clearTimeout(timer)
  }
}
