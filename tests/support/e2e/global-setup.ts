import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type DevServer, newState, startDevServer } from './dev-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where files of e2e ask for the dev server that they share. */
    sharedServer: string
  }
}

export type SharedServer = Readonly<{
  api: string
  mailbox: string
  /** All that it has said until now. */
  output: string
  /** A file that was in its state before it started, with --fresh. */
  leftover: string
  /** A page of another origin, which may call the API. */
  otherPage: string
}>

const OTHER_PAGE = '/app'

const leftoverIn = (state: string) => join(state, 'leftover')

async function startFresh(otherOrigin: string): Promise<DevServer> {
  const state = newState()
  writeFileSync(leftoverIn(state), '')
  return startDevServer({ state, args: ['--fresh'], env: { CORS_ORIGINS: otherOrigin } })
}

/**
 * Vitest's global setup of e2e: one dev server for all files, started when the first asks for it.
 * Nobody waits for it before, and most files never ask.
 */
export default async function setup(project: TestProject) {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!(address instanceof Object)) throw new TypeError('a TCP server has a port')
  // Of another site than 127.0.0.1, and this machine all the same.
  const otherOrigin = `http://localhost:${address.port}`
  let started: Promise<DevServer> | undefined
  const answer = async (response: ServerResponse) => {
    try {
      const { api, mailbox, output, state } = await (started ??= startFresh(otherOrigin))
      const own = { leftover: leftoverIn(state), otherPage: `${otherOrigin}${OTHER_PAGE}` }
      const shared: SharedServer = { api, mailbox, output: output(), ...own }
      response.end(JSON.stringify(shared))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }
  server.on('request', ({ url }: IncomingMessage, response: ServerResponse) => {
    if (url !== OTHER_PAGE) return void answer(response)
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>An app</title>')
  })
  project.provide('sharedServer', `http://127.0.0.1:${address.port}`)
  return async () => {
    server.closeAllConnections()
    server.close()
    // A start that failed has stopped by itself.
    const dev = await started?.catch(() => undefined)
    await dev?.stop()
  }
}
