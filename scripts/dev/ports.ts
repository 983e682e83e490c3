import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Fails with one line if somebody else listens on the port. */
export async function claimPort(port: number, option: string): Promise<void> {
  try {
    await listenOnce(port)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const state = isTaken ? 'taken' : 'not allowed'
    throw new Error(`port ${port} is ${state}; choose another with ${option}`, { cause: error })
  }
}

/** Systems give outgoing connections ports from 32768 (Linux) or 49152 (RFC 6335, §6) upwards. */
const LOWEST = 20_000
const BEYOND = 32_768
const TRIES = 100

/**
 * A port that nobody listens on, and that is still free when the caller's process listens on it:
 * the system gives it to no outgoing connection meanwhile.
 */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(LOWEST, BEYOND)
    try {
      await listenOnce(port)
      return port
    } catch (error) {
      if (tries === TRIES) throw error
    }
  }
}

async function listenOnce(port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  await new Promise<void>((resolve) => void server.close(() => resolve()))
}
