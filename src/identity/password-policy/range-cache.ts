const KEEP_SECONDS = 86_400
/** The nearest copy is worth less than a request; a cache that hangs is worth nothing. */
const PATIENCE_MS = 300

/**
 * A range as it was answered within the last day, in this data centre. A cache that fails or hangs
 * knows nothing.
 */
export const cachedRange = (key: string): Promise<string | undefined> =>
  attempt(async () => (await caches.default.match(key))?.text())

/** Keeps a range for a day, if the cache can. */
export async function keepRange(key: string, text: string): Promise<void> {
  const headers = { 'Cache-Control': `public, max-age=${KEEP_SECONDS}` }
  await attempt(() => caches.default.put(key, new Response(text, { headers })))
}

async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  try {
    return await Promise.race([act(), tooLate])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
