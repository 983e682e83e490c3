import { execFile } from 'node:child_process'
import { SCHEDULED } from '../../../scripts/dev/crons.ts'
import type { DevServer } from './dev-server.ts'

/** What `npm run jobs` says, and its exit code. */
export const runJobs = (...args: string[]) =>
  new Promise<{ output: string; status: number | null }>((resolve) => {
    const child = execFile(process.execPath, ['scripts/jobs.ts', ...args], (_error, ...output) =>
      resolve({ output: output.join(''), status: child.exitCode }),
    )
  })

/**
 * Starts one job as a cron does, and fails if it fails; `npm run jobs` also reads what is noted of
 * it.
 */
export async function startJob({ api }: Pick<DevServer, 'api'>, name: string): Promise<void> {
  const { ok } = await fetch(`${api}${SCHEDULED}?${String(new URLSearchParams({ cron: name }))}`)
  if (!ok) throw new Error(`${name} has failed`)
}
