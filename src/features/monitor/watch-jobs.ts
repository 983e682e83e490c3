import { type SQL, sql } from 'drizzle-orm'
import { adminNotices } from '../../identity/accounts/notify-admins'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { jobRuns } from '../../platform/db/audit-schema'
import { batch } from '../../platform/db/batch'
import { insertFrom } from '../../platform/db/insert-where'
import type { Deps } from '../../platform/deps'
import { insertWaiting } from '../../platform/email/enqueue'
import { sendWaitingMails } from '../../platform/email/send-waiting-mails'
import type { Templates } from '../../platform/email/template'
import { countFailed } from '../../platform/jobs/count-failed'
import type { Counts } from '../../platform/jobs/job'
import { DAY_MS } from '../../platform/time'

/**
 * Statistics that someone has made with ANALYZE or PRAGMA optimize. SQLite would plan by them for
 * good: by those of a young database it reads whole tables once that has grown (decision 030).
 */
async function dropStatistics({ db, patience }: Pick<Deps, 'db' | 'patience'>): Promise<void> {
  const run = (query: SQL) => callStore({ patience }, 'database', () => db.run(query))
  const { results } = await run(sql`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'`)
  if (results.length === 0) return
  await run(sql`DELETE FROM sqlite_stat1`)
  // Reads them anew, there being none; or an open connection would keep them.
  await run(sql`ANALYZE sqlite_schema`)
  await run(sql`DROP TABLE sqlite_stat1`)
}

/**
 * Raises an alarm for each job that has not ended well for twice its period, once a day while that
 * lasts. A job that has never run counts from when this first looked for it, which is the
 * deployment.
 */
export async function watchJobs(
  deps: Deps,
  periods: Readonly<Record<string, number>>,
  templates: Templates,
): Promise<Counts> {
  const { db } = deps
  const now = deps.now().getTime()
  const names = JSON.stringify(Object.keys(periods))
  const overdue = sql`SELECT job, coalesce(succeeded_at, started_at) AS since, alarmed_at
    FROM json_each(${JSON.stringify(periods)}) AS period CROSS JOIN job_runs
    WHERE job = period.key AND coalesce(succeeded_at, started_at) <= ${now} - 2 * period.value
      AND (alarmed_at IS NULL OR alarmed_at <= ${now - DAY_MS})`
  const { due } = await callStore(deps, 'database', () =>
    batch(db, {
      seen: insertFrom(
        db,
        jobRuns,
        { job: sql`value`, startedAt: now },
        sql`FROM json_each(${names}) WHERE value NOT IN (SELECT job FROM job_runs)`,
      ),
      due: db
        .select({
          job: sql<string>`job`,
          since: sql<number>`since`,
          alarmedAt: sql<number | null>`alarmed_at`,
        })
        .from(sql`(${overdue})`),
    }),
  )
  let alarms = 0
  let failed = await countFailed(due, async (job) => {
    if (await raise(deps, job)) alarms += 1
  })
  // The mails of that alarm would wait for the job that they are about.
  if (due.some(({ job }) => job === 'send-waiting-mails')) {
    failed += await countFailed([deps], () => sendWaitingMails(deps, templates))
  }
  // What fails here is in the log, and no reason to call the watcher itself overdue.
  await countFailed([deps], dropStatistics)
  return { alarms, failed }
}

/** Event, mails and claim in one batch: of two watchers at once one raises it. */
async function raise(
  deps: Deps,
  { job, since, alarmedAt }: { job: string; since: number; alarmedAt: number | null },
): Promise<boolean> {
  const { db } = deps
  const isMine = sql`job = ${job} AND alarmed_at IS ${alarmedAt}
    AND coalesce(succeeded_at, started_at) = ${since}`
  const isDue = sql`EXISTS (SELECT 1 FROM job_runs WHERE ${isMine})`
  const mail = { template: 'job_overdue', data: { job, since: new Date(since) } } as const
  const mails = await adminNotices(deps, mail)
  const data = { job, since: new Date(since).toISOString() }
  const { claimed } = await callStore(deps, 'database', () =>
    batch(db, {
      event: recordEvent(deps, { event: 'sys_job_overdue', actor: 'system', data }, isDue),
      mails: insertWaiting(deps, mails, isDue),
      claimed: db
        .update(jobRuns)
        .set({ alarmedAt: deps.now() })
        .where(isMine)
        .returning({ job: jobRuns.job }),
    }),
  )
  return claimed.length > 0
}
