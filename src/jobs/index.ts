import type { Deps } from '../context'
import { log } from '../log'
import { dropLeftovers } from './drop-leftovers'
import { eraseAccounts } from './erase-accounts'
import { purgeExpired } from './purge-expired'
import { remindKeys } from './remind-keys'
import { runPendingActs } from './run-pending-acts'

type Job = (deps: Deps) => Promise<void>

/** Every job by its name, under the cron expression that starts it; tests/jobs.test.ts compares with wrangler.toml. */
export const jobs: Readonly<Record<string, Readonly<Record<string, Job>>>> = {
  '*/15 * * * *': {
    'purge-expired': purgeExpired,
    'erase-accounts': eraseAccounts,
    'drop-leftovers': dropLeftovers,
    'run-pending-acts': runPendingActs,
  },
  '0 6 * * *': { 'remind-keys': remindKeys },
}

/** Runs the jobs of a cron expression. Each is safe to run late, twice, or twice at once; one that fails stops no other. */
export async function runJob(deps: Deps, cron: string): Promise<void> {
  const due = Object.entries(jobs[cron] ?? {})
  if (due.length === 0) return log('error', 'sys_job_unknown', { cron })
  const results = await Promise.allSettled(due.map(([, job]) => job(deps)))
  const failed = due.filter((_job, index) => results[index]?.status === 'rejected')
  if (failed.length > 0) throw new Error(`failed: ${failed.map(([name]) => name).join(', ')}`)
}
