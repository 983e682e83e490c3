import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import { callStore, withTimeout } from '../call-store'
import { jobRuns } from '../db/audit-schema'
import { batch } from '../db/batch'
import type { Deps } from '../deps'
import { messageOf } from '../error-text'
import { log } from '../log'
import { describeError } from '../problems'
import { HOUR_MS } from '../time'
import type { Counts, NamedJob } from './job'

/**
 * Runs a job and notes how it went. Throws if it failed, or if that cannot be noted: by its name
 * alone, since the platform's log has the whole text of what is thrown.
 */
export async function runJob(deps: Deps, { name, job, isSilent = false }: NamedJob): Promise<void> {
  const startedAt = deps.now()
  let counts: Counts = {}
  let error: Error | undefined
  try {
    counts = await withTimeout(deps.patience.job, () => job(deps))
    if (counts['failed']) error = new Error(`failed: ${counts['failed']}, left for the next run`)
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(messageOf(thrown))
  }
  const endedAt = deps.now()
  const duration = endedAt.getTime() - startedAt.getTime()
  if (error)
    log('error', 'sys_job_failed', { job: name, duration, counts, ...describeError(error) })
  else log('info', 'sys_job_done', { job: name, duration, counts })
  await noteRun(deps, { name, startedAt, endedAt, duration, counts, isSilent, isFailed: !!error })
  if (error) throw new Error(`failed: ${name}`)
}

type Run = Readonly<{
  name: string
  startedAt: Date
  endedAt: Date
  duration: number
  counts: Counts
  isSilent: boolean
  isFailed: boolean
}>

/** One row, and an event when something was done, or for the first failure of an hour. */
async function noteRun(deps: Deps, run: Run): Promise<void> {
  const { db } = deps
  const { name, startedAt, endedAt, duration, counts, isSilent, isFailed } = run
  const hour = Math.floor(endedAt.getTime() / HOUR_MS)
  const hasDone = !isSilent && Object.values(counts).some((count) => count > 0)
  const isTold = sql`EXISTS (SELECT 1 FROM job_runs
    WHERE job = ${name} AND failed_at / ${sql.raw(`${HOUR_MS}`)} = ${hour})`
  const note = db
    .insert(jobRuns)
    .values({
      job: name,
      startedAt,
      ...(isFailed ? { failedAt: endedAt } : { succeededAt: endedAt }),
      duration,
      counts,
    })
    .onConflictDoUpdate({
      target: jobRuns.job,
      set: {
        // Of a job that has never ended well: since when it is waited for (watch-jobs.ts).
        startedAt: isFailed
          ? sql`CASE WHEN succeeded_at IS NULL THEN started_at ELSE excluded.started_at END`
          : startedAt,
        ...(isFailed ? { failedAt: endedAt } : { succeededAt: endedAt }),
        duration,
        counts,
      },
    })
  const event = {
    event: isFailed ? 'sys_job_failed' : 'sys_job_done',
    actor: 'system',
    data: { job: name, ...counts },
  } as const
  await callStore(deps, 'database', async () => {
    // The event is first, since it asks what the row said before.
    if (isFailed) await batch(db, { event: recordEvent(deps, event, sql`NOT ${isTold}`), note })
    else if (hasDone) await batch(db, { event: recordEvent(deps, event), note })
    else await note
  })
}
