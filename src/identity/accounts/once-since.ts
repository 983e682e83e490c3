import { sql } from 'drizzle-orm'
import { callStore } from '../../platform/call-store'
import { jobRuns } from '../../platform/db/audit-schema'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { insertWaiting } from '../../platform/email/enqueue'
import { adminNotices } from './notify-admins'
import type { Notice } from './notify-owner'

/**
 * Tells the admins, once after a time, whichever run comes first; how many mails. That it was told
 * is a row of `job_runs` under a name of its own, which no job has, in one batch with the mails.
 * While there is nobody to tell it stays due.
 */
export async function tellOnceSince(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller' | 'patience'>,
  task: string,
  since: Date,
  notice: () => Promise<Notice>,
): Promise<number> {
  const { db } = deps
  const isDue = sql`NOT EXISTS (SELECT 1 FROM job_runs
    WHERE job = ${task} AND succeeded_at >= ${since.getTime()})`
  const due = await callStore(deps, 'database', () =>
    db
      .select({ one: sql`1` })
      .from(sql`(SELECT 1)`)
      .where(isDue),
  )
  if (due.length === 0) return 0
  const mails = await adminNotices(deps, await notice())
  if (mails.length === 0) return 0
  const run = { startedAt: deps.now(), succeededAt: deps.now() }
  const { told } = await callStore(deps, 'database', () =>
    batch(db, {
      told: insertWaiting(deps, mails, isDue),
      note: db
        .insert(jobRuns)
        .values({ job: task, ...run })
        .onConflictDoUpdate({ target: jobRuns.job, set: run }),
    }),
  )
  return told.length
}
