import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { jobRuns } from '../db/audit-schema'
import { reach } from '../reach'
import type { Counts } from './job'
import { mailAdmins } from './mail-admins'

const DAY_MS = 86_400_000

/**
 * Raises an alarm for each job that has not ended well for twice its period, once a day while that lasts.
 * A job that has never run counts from when this first looked for it, which is the deployment.
 */
export async function watchJobs(
  deps: Deps,
  periods: Readonly<Record<string, number>>,
): Promise<Counts> {
  const { db } = deps
  const now = deps.now().getTime()
  const names = JSON.stringify(Object.keys(periods))
  const overdue = sql`SELECT job, coalesce(succeeded_at, started_at) AS since, alarmed_at
    FROM job_runs JOIN json_each(${JSON.stringify(periods)}) AS period ON period.key = job
    WHERE coalesce(succeeded_at, started_at) <= ${now} - 2 * period.value
      AND (alarmed_at IS NULL OR alarmed_at <= ${now - DAY_MS})`
  const [, due] = await reach(deps, 'database', () =>
    db.batch([
      db.insert(jobRuns).select(
        sql`SELECT value, ${now}, NULL, NULL, NULL, NULL, NULL FROM json_each(${names})
            WHERE value NOT IN (SELECT job FROM job_runs)`,
      ),
      db
        .select({
          job: sql<string>`job`,
          since: sql<number>`since`,
          alarmedAt: sql<number | null>`alarmed_at`,
        })
        .from(sql`(${overdue})`),
    ]),
  )
  const results = await Promise.all(due.map((job) => alarm(deps, job)))
  const isCount = (what: (typeof results)[number]) =>
    results.filter((result) => result === what).length
  return { alarms: isCount('raised'), failed: isCount('failed') }
}

/** The event and the claim in one batch: of two watchers at once one raises it. Then the mail, or neither counts. */
async function alarm(
  deps: Deps,
  { job, since, alarmedAt }: { job: string; since: number; alarmedAt: number | null },
): Promise<'raised' | 'not mine' | 'failed'> {
  const { db, now } = deps
  const at = now()
  const isMine = sql`job = ${job} AND alarmed_at IS ${alarmedAt}
    AND coalesce(succeeded_at, started_at) = ${since}`
  const data = { job, since: new Date(since).toISOString() }
  const [, claimed] = await reach(deps, 'database', () =>
    db.batch([
      recordEvent(
        deps,
        { event: 'sys_job_overdue', actor: 'system', data },
        sql`EXISTS (SELECT 1 FROM job_runs WHERE ${isMine})`,
      ),
      db.update(jobRuns).set({ alarmedAt: at }).where(isMine).returning({ job: jobRuns.job }),
    ]),
  )
  if (claimed.length === 0) return 'not mine'
  try {
    await mailAdmins(deps, { template: 'job_overdue', data: { job, since: new Date(since) } })
    return 'raised'
  } catch {
    await db
      .update(jobRuns)
      .set({ alarmedAt: alarmedAt === null ? null : new Date(alarmedAt) })
      .where(sql`job = ${job} AND alarmed_at = ${at.getTime()}`)
    return 'failed'
  }
}
