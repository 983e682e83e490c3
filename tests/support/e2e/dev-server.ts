import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../scripts/dev/ports.ts'

const READY = /^READY api=(\S+) mailbox=(\S+)$/m
const READY_WITHIN_MS = 110_000
const STOP_WITHIN_MS = 15_000

/** Runs `scripts/dev.mjs` as `npm run dev` does, without waiting for anything. */
export function runDev(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['scripts/dev.mjs', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const listener of listeners) listener()
    })
  }
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, exited, output: () => output, onOutput: listeners }
}

/** Starts the dev server on free ports with a state of its own, and waits for its READY line. */
export async function startDevServer({
  args = [] as string[],
  state = newState(),
  env = {} as Record<string, string>,
} = {}) {
  const ports = ['--port', `${await freePort()}`, '--mailbox-port', `${await freePort()}`]
  const dev = runDev([...ports, '--state', state, ...args], env)
  const [, api = '', mailbox = ''] = await ready(dev)
  return {
    api,
    mailbox,
    state,
    output: dev.output,
    /** Every process that it has started, itself included. */
    processes: () => descendants(dev.child.pid),
    /** Presses Ctrl-C; returns the exit code. */
    async interrupt() {
      dev.child.kill('SIGINT')
      return withTimeout(dev.exited, STOP_WITHIN_MS, 'the dev server does not stop')
    },
    /** Stops it, if it still runs, and forgets its state. */
    async stop() {
      dev.child.kill('SIGTERM')
      await withTimeout(dev.exited, STOP_WITHIN_MS, 'the dev server does not stop')
      rmSync(state, { recursive: true, force: true })
    },
  }
}

export type DevServer = Awaited<ReturnType<typeof startDevServer>>

export const newState = () => mkdtempSync(join(tmpdir(), 'phantom-e2e-'))

async function ready({ child, exited, output, onOutput }: ReturnType<typeof runDev>) {
  const seen = new Promise<RegExpExecArray>((resolve) => {
    const look = () => {
      const match = READY.exec(output())
      if (match) resolve(match)
    }
    onOutput.add(look)
  })
  const ended = exited.then((code) => {
    throw new Error(`the dev server stopped with ${code}`)
  })
  try {
    return await withTimeout(Promise.race([seen, ended]), READY_WITHIN_MS, 'no READY line')
  } catch (error) {
    await interruptQuietly(child)
    throw new Error(output(), { cause: error })
  }
}

async function interruptQuietly(child: ChildProcess) {
  if (child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await gone
}

async function withTimeout<T>(promise: Promise<T>, ms: number, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The process and all below it. A zombie, which nobody has reaped yet, is gone already. */
function descendants(root: number | undefined): number[] {
  const table = processTable()
  const below = (pid: number): number[] => [
    pid,
    ...table.filter(({ parent }) => parent === pid).flatMap((entry) => below(entry.pid)),
  ]
  return root === undefined ? [] : below(root)
}

/** Which of these processes still run. */
export const stillRunning = (pids: readonly number[]) =>
  processTable().filter(({ pid }) => pids.includes(pid))

const processTable = () =>
  execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, state = '', command = ''] =
        /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
      return pid && !state.startsWith('Z')
        ? [{ pid: Number(pid), parent: Number(parent), command }]
        : []
    })
