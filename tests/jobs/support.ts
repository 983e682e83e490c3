import { env } from 'cloudflare:workers'
import { runJobs } from '../../src/jobs/index'
import type { Deps } from '../../src/platform/deps'
import { columnOf, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { testDeps } from '../support/test-deps'

export type Fault = (deps: Deps) => Deps

/** The deps of a job with the clock of an app, or one that stands still. */
export const depsAt = (clock: { now: () => Date } | Date, fault: Fault = (deps) => deps): Deps => {
  const now = clock instanceof Date ? () => clock : clock.now
  return fault(testDeps({ now }))
}

/** Runs one job by its name, or those of a cron expression. */
export const run = (clock: { now: () => Date } | Date, name: string, fault?: Fault) =>
  runJobs(depsAt(clock, fault), name)

/** An admin of this test alone: the address. */
export async function hasAdminMailbox(extra = ''): Promise<string> {
  return String(await columnOf(await insertUser(startApp(), 'admin', extra), 'email'))
}

/** Forgets runs, admins and mails that wait: of the next test nothing is told to them. */
export const forgetJobs = () =>
  env.DB.batch([
    env.DB.prepare('DELETE FROM job_runs'),
    env.DB.prepare('DELETE FROM waiting_mails'),
    env.DB.prepare(`UPDATE users SET role = 'customer', erasure_due_at = NULL`),
  ])

type JobRow = Readonly<{
  started_at: number
  succeeded_at: number | null
  failed_at: number | null
  duration: number | null
  counts: string | null
  alarmed_at: number | null
}>

export const rowOf = (job: string) =>
  env.DB.prepare('SELECT * FROM job_runs WHERE job = ?').bind(job).first<JobRow>()

/** What events of a name say of a job, oldest first. */
export async function jobEvents(event: string, job: string): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    `SELECT data FROM audit_events WHERE event = ? AND json_extract(data, '$.job') = ? ORDER BY id`,
  )
    .bind(event, job)
    .run<{ data: string }>()
  return results.map(({ data }) => JSON.parse(data) as Record<string, unknown>)
}

/** Fails the call of this number, from 0, of these methods of the database; the others pass. */
export const killedAt =
  (step: number, methods: readonly string[]): Fault =>
  (deps) => {
    let calls = 0
    return {
      ...deps,
      db: new Proxy(deps.db, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) => {
            if (methods.includes(String(key)) && calls++ >= step) throw new Error('killed')
            return Reflect.apply(value, target, args) as unknown
          }
        },
      }),
    }
  }

/** Guards that only note which were erased: each real one is a database of its own. */
export function countedGuards() {
  const erased: string[] = []
  const guards = { getByName: (id: string) => ({ erase: async () => void erased.push(id) }) }
  const counting: Fault = (deps) => ({
    ...deps,
    accountGuards: guards as unknown as Deps['accountGuards'],
  })
  return { erased, counting }
}
