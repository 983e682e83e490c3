import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'

const STOP_WITHIN_MS = 4000

type Command = Readonly<{
  /** What a person calls it. */
  name: string
  /** A JavaScript file and its arguments, run by this same Node. */
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  onLine: (line: string) => void
}>

export type Running = Readonly<{ name: string; exited: Promise<number | null> }>

const children = new Set<ChildProcess>()

/**
 * Starts a process in a group of its own: Ctrl-C in a terminal reaches us alone, and we stop the
 * group with all that it has started, workerd among them.
 */
export function start({ name, args, env, onLine }: Command): Running {
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  children.add(child)
  for (const stream of [child.stdout, child.stderr]) {
    // Colours hide words from whoever searches them; other control characters could be an
    // attacker's.
    createInterface({ input: stream }).on('line', (line) => onLine(stripVTControlCharacters(line)))
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', (code) => {
      children.delete(child)
      resolve(code)
    })
  })
  return { name, exited }
}

/** Stops every process that was started here and is still running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...children].map(stop))
}

async function stop(child: ChildProcess) {
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  signal(child, 'SIGTERM')
  const timer = setTimeout(() => signal(child, 'SIGKILL'), STOP_WITHIN_MS)
  await gone
  clearTimeout(timer)
}

function signal(child: ChildProcess, name: NodeJS.Signals) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // The group has already gone.
  }
}

// Whatever ends this process, nothing that it started stays behind.
process.on('exit', () => {
  for (const child of children) signal(child, 'SIGKILL')
})
