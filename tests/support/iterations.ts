/** The PBKDF2 iterations that run while `act` does. */
export async function countingIterations(act: () => Promise<unknown>): Promise<number> {
  const { subtle } = crypto
  const deriveBits = subtle.deriveBits.bind(subtle)
  let iterations = 0
  subtle.deriveBits = function (...args: Parameters<typeof deriveBits>) {
    const [parameters] = args
    iterations += Object(parameters).iterations as number
    return deriveBits(...args)
  }
  await act().finally(() => {
    Reflect.deleteProperty(subtle, 'deriveBits')
  })
  return iterations
}
