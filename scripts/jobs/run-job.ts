import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import * as z from 'zod'
import { SCHEDULED } from '../dev/crons.ts'

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js'

type Target = Readonly<{ name: string; port: number; state: string }>

/** Runs a job in a running dev server; what came of it, in words. Throws if it failed. */
export async function runJob({ name, port, state }: Target): Promise<string> {
  const startedAt = Date.now()
  // The handler takes a job's name for a cron.
  const query = new URLSearchParams({ cron: name, format: 'json' })
  const { ok } = await ask(`http://127.0.0.1:${port}${SCHEDULED}?${String(query)}`, port)
  const row = await rowOf(name, state)
  if (!row || (row.succeeded_at ?? 0) < startedAt === (row.failed_at ?? 0) < startedAt) {
    throw new Error(`nothing is noted of ${name}; is ${state} the --state of the dev server?`)
  }
  const counts = Object.entries(row.counts).map(([what, count]) => `${what} ${count}`)
  const said = [`${row.duration} ms`, ...counts].join(', ')
  if (!ok) throw new Error(`${name} has failed: ${said}; why is in the output of the dev server`)
  return `done in ${said}`
}

async function ask(url: string, port: number) {
  try {
    return await fetch(url)
  } catch {
    throw new Error(`no dev server listens on port ${port}; start it with \`npm run dev\``)
  }
}

const output = z.tuple([
  z.object({
    results: z.array(
      z.object({
        succeeded_at: z.number().nullable(),
        failed_at: z.number().nullable(),
        duration: z.number(),
        counts: z
          .string()
          .transform((text): unknown => JSON.parse(text))
          .pipe(z.record(z.string(), z.number())),
      }),
    ),
  }),
])

/** The row that a run leaves. The name is one of our own. */
async function rowOf(name: string, state: string) {
  // Wrangler would make a state of that name.
  if (!existsSync(state)) return undefined
  const command = `SELECT succeeded_at, failed_at, duration, counts FROM job_runs WHERE job = '${name}'`
  const args = ['d1', 'execute', 'DB', '--local', '--persist-to', state, '--json', '--command']
  const { stdout } = await promisify(execFile)(process.execPath, [WRANGLER, ...args, command], {
    env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
  })
  const [{ results }] = output.parse(JSON.parse(stdout))
  return results[0]
}
