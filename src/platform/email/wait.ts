export type Done<T> = (error?: Error | null, value?: T) => void

/** Awaits what a function hands to its callback. */
export const promised = <T>(start: (done: Done<T>) => void) =>
  new Promise<T | undefined>((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)))
  })

/** Awaits a promise for a bounded time; then it fails like a connection that timed out. */
export async function withTimeout<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(timedOut()), milliseconds)
  return Promise.race([promise, limit.promise]).finally(() => clearTimeout(timer))
}

export const timedOut = () => Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
