import type { Deps } from '../context'
import { log } from '../log'
import { purgeExpired } from './purge-expired'

/** Every job, by the cron expression that starts it; tests/jobs.test.ts compares with wrangler.toml. */
export const jobs: Readonly<Record<string, (deps: Deps) => Promise<void>>> = {
  '*/15 * * * *': purgeExpired,
}

/** Runs the job of a cron expression. Each is safe to run late, twice, or twice at once. */
export async function runJob(deps: Deps, cron: string): Promise<void> {
  const job = jobs[cron]
  if (!job) return log('error', 'sys_job_unknown', { cron })
  await job(deps)
}
