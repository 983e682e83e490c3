import { sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { jobRuns } from '../db/audit-schema'
import { reach } from '../reach'

/** A run that was cut off holds its claim no longer than this. */
const LEASE_MS = 3_600_000

/**
 * Does a thing that is to be done once after a time, whoever comes first; false if it is done, or somebody
 * is at it. What throws is due again at once, what was cut off after an hour. The claim is a row of
 * `job_runs` under a name of its own, which no job has.
 */
export async function onceSince(
  deps: Pick<Deps, 'db' | 'now' | 'patience'>,
  task: string,
  since: Date,
  act: () => Promise<unknown>,
): Promise<boolean> {
  const { db, now } = deps
  const startedAt = now()
  const [claim] = await reach(deps, 'database', () =>
    db
      .insert(jobRuns)
      .values({ job: task, startedAt })
      .onConflictDoUpdate({
        target: jobRuns.job,
        set: { startedAt },
        setWhere: sql`coalesce(succeeded_at, 0) < ${since.getTime()}
          AND started_at <= ${startedAt.getTime() - LEASE_MS}`,
      })
      .returning({ job: jobRuns.job }),
  )
  if (!claim) return false
  const end = (set: { startedAt: Date } | { succeededAt: Date }) =>
    reach(deps, 'database', () =>
      db
        .update(jobRuns)
        .set(set)
        .where(sql`job = ${task} AND started_at = ${startedAt.getTime()}`),
    )
  try {
    await act()
  } catch (error) {
    await end({ startedAt: new Date(0) })
    throw error
  }
  await end({ succeededAt: now() })
  return true
}
