import type { Running } from './processes.ts'

const POLL_MS = 200
// A server that answers with an error will not get better by waiting, as one that is starting will.
const MAX_ERRORS = 10

type Wait = Readonly<{
  withinMs: number
  output: readonly string[]
  /** A line of output after which waiting is of no use. */
  fatal?: RegExp
}>

/**
 * Waits until a URL answers 200, or fails when the process that should answer ends or takes too
 * long.
 */
export async function untilReady(
  url: string,
  { name, exited }: Running,
  wait: Wait,
): Promise<void> {
  const end = exited.then((code) => {
    throw new Error(`${name} stopped with code ${code}${tail(wait.output)}`)
  })
  await Promise.race([poll(url, name, wait), end])
}

async function poll(url: string, name: string, { withinMs, output, fatal }: Wait) {
  const until = Date.now() + withinMs
  let last = 'no answer'
  let errors = 0
  const isHopeless = () => errors >= MAX_ERRORS || output.some((line) => fatal?.test(line))
  while (Date.now() < until && !isHopeless()) {
    try {
      const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(5000) })
      if (ok) return
      last = `status ${status}`
      errors += 1
    } catch {
      last = 'no answer'
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`${name} is not ready: ${last} at ${url}${tail(output)}`)
}

/** The first error, or else the last words, of what a process has said. */
function tail(output: readonly string[]): string {
  const lines = output.filter((line) => line.trim() !== '')
  const [settings] = lines.flatMap(
    (line) => /Invalid or missing settings: [\w, ]+/.exec(line) ?? [],
  )
  if (settings) return `; ${settings}`
  const error = lines.findIndex((line) => line.includes('[ERROR]'))
  const said = error < 0 ? lines.slice(-15) : lines.slice(error, error + 15)
  return said.length > 0 ? `; it said:\n${said.join('\n')}` : ''
}
