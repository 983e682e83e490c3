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

/** A port that nobody uses at this moment. */
export const freePort = () => listenOnce(0)

async function listenOnce(port: number): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  if (!(address instanceof Object)) throw new TypeError('a TCP server has a port')
  return address.port
}
