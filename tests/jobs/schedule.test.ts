import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { cronsIn } from '../../scripts/dev/crons'
import operationsText from '../../docs/operations.md?raw'
import worker from '../../src/index'
import { crons } from '../../src/jobs/index'
import { watchJobs } from '../../src/jobs/watch-jobs'
import wranglerText from '../../wrangler.toml?raw'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { broken, storedText } from '../support/attack'
import { sendWaiting } from '../support/mail-faults'
import { mailsTo } from '../support/mailbox'
import { many } from '../support/many'
import { depsAt, jobEvents, killedAt, rowOf, run } from './support'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const JOB = 'purge-expired'

afterEach(() => env.DB.prepare('DELETE FROM job_runs').run())

async function hasAdminMailbox(app: ReturnType<typeof startApp>) {
  const id = await insertUser(app, 'admin')
  const row = await env.DB.prepare('SELECT email FROM users WHERE id = ?')
    .bind(id)
    .first<{ email: string }>()
  return row?.email ?? ''
}

describe('the table of jobs', () => {
  const table = Object.entries(crons).flatMap(([cron, { jobs }]) =>
    Object.keys(jobs).map((name) => [name, cron]),
  )

  test('has the crons of wrangler.toml and the rows of docs/operations.md', ({ expect }) => {
    const named = cronsIn(wranglerText)
    expect(new Set(named)).toEqual(new Set(Object.keys(crons)))
    expect(named).toHaveLength(Object.keys(crons).length)
    const rows = [...operationsText.matchAll(/^\| `([\w-]+)` \| `([^`]+)` \|/gm)]
    expect(rows.map(([, name, cron]) => [name, cron])).toEqual(table)
    expect(new Set(table.map(([name]) => name)).size).toBe(table.length)
  })

  test('E-117: holds jobs that change nothing more when they run again, twice at once', async ({
    expect,
  }) => {
    const app = startApp()
    await hasAdminMailbox(app)
    const twice = (cron: string) => {
      const ctx = createExecutionContext()
      const controller = createScheduledController({ cron, scheduledTime: new Date() })
      const runs = [0, 1].map(() => worker.scheduled(controller, env, ctx))
      return Promise.all(runs).then(() => waitOnExecutionContext(ctx))
    }
    const all = async () => {
      for (const cron of Object.keys(crons)) await twice(cron)
    }
    await all()
    const stored = async () => {
      await env.DB.prepare('DELETE FROM job_runs WHERE job NOT LIKE ?').bind('%:%').run()
      return storedText()
    }
    // The mails of the first runs go out with the second ones, whose events the third ones seal.
    await all()
    await all()
    const before = await stored()
    await all()
    expect(await stored()).toBe(before)
  })

  test('runs one by its name and no other; nothing for a name that no job has', async ({
    expect,
  }) => {
    await run(startApp(), JOB)
    await run(startApp(), '0 0 1 1 *')
    const { results } = await env.DB.prepare('SELECT job FROM job_runs').run()
    expect(results).toEqual([{ job: JOB }])
  })
})

describe('a run', () => {
  test('is noted with its time and counts, and leaves an event if it did something', async ({
    expect,
  }) => {
    const app = startApp()
    await run(app, JOB)
    const empty = {
      api_keys: 0,
      sessions: 0,
      tokens: 0,
      sign_ups: 0,
      authenticators: 0,
      devices: 0,
    }
    expect(JSON.parse((await rowOf(JOB))?.counts ?? '')).toEqual(empty)
    expect(await jobEvents('sys_job_done', JOB)).toEqual([])
    await env.DB.prepare(`INSERT INTO mailed_tokens VALUES ('dead', ?, 'reset', NULL, 0)`)
      .bind(await insertUser(app, 'customer'))
      .run()
    app.advance(900)
    await run(app, JOB)
    const row = await rowOf(JOB)
    const { started_at: started = 0, succeeded_at: ended } = row ?? {}
    expect(row).toMatchObject({ failed_at: null, alarmed_at: null })
    expect(app.now().getTime() - started).toBeLessThan(5000)
    expect((ended ?? 0) - started).toBe(row?.duration)
    expect(await jobEvents('sys_job_done', JOB)).toEqual([{ job: JOB, ...empty, tokens: 1 }])
  })

  test('that fails is noted as such, with one event an hour, and keeps the last success', async ({
    expect,
  }) => {
    const fails = broken('archive', ['list'], 'fails')
    const hour = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    const at = (ms: number) => new Date(hour + ms)
    const job = 'drop-leftovers'
    await run(at(0), job)
    await Promise.all([1, 2].map(() => run(at(1), job, fails).catch(() => {})))
    await expect(run(at(3_599_999), job, fails)).rejects.toThrow(job)
    expect(await rowOf(job)).toMatchObject({
      succeeded_at: hour,
      failed_at: hour + 3_599_999,
      counts: '{}',
    })
    expect(await jobEvents('sys_job_failed', job)).toHaveLength(1)
    await run(at(3_600_000), job, fails).catch(() => {})
    expect(await jobEvents('sys_job_failed', job)).toHaveLength(2)
    await run(at(3_600_001), job)
    expect(await rowOf(job)).toMatchObject({ succeeded_at: hour + 3_600_001 })
  })
})

describe('the alarm', () => {
  const periods = { [JOB]: 15 * MINUTE_MS }
  const start = Date.now()
  const watch = (ms: number, fault?: Parameters<typeof depsAt>[1]) =>
    watchJobs(depsAt(new Date(start + ms), fault), periods)
  const subject = 'A job is overdue'

  test('comes after twice the period and not before, counted from the last success', async ({
    expect,
  }) => {
    const email = await hasAdminMailbox(startApp())
    await run(new Date(start), JOB)
    await run(new Date(start + 1), JOB, killedAt(0, ['delete'])).catch(() => {})
    expect(await watch(30 * MINUTE_MS - 1)).toEqual({ alarms: 0, failed: 0 })
    const alarms = await Promise.all(Array.from({ length: many(20) }, () => watch(30 * MINUTE_MS)))
    expect(alarms.filter(({ alarms: count }) => count === 1)).toHaveLength(1)
    await sendWaiting()
    const [mail] = await mailsTo(email)
    expect(mail).toMatchObject({ subject })
    expect(mail?.text).toContain(JOB)
    const told = { job: JOB, since: new Date(start).toISOString() }
    expect(await jobEvents('sys_job_overdue', JOB)).toEqual([told])

    // Once a day while it lasts, and no more once it has ended well.
    expect(await watch(30 * MINUTE_MS + DAY_MS - 1)).toMatchObject({ alarms: 0 })
    expect(await watch(30 * MINUTE_MS + DAY_MS)).toMatchObject({ alarms: 1 })
    await run(new Date(start + 2 * DAY_MS), JOB)
    expect(await watch(2 * DAY_MS + 30 * MINUTE_MS - 1)).toMatchObject({ alarms: 0 })
    await sendWaiting()
    expect(await mailsTo(email, { after: 2 })).toEqual([])
  })

  test('counts a job that has never ended well from when it was first looked for', async ({
    expect,
  }) => {
    const fails = killedAt(0, ['delete'])
    expect(await watch(0)).toEqual({ alarms: 0, failed: 0 })
    await run(new Date(start + 20 * MINUTE_MS), JOB, fails).catch(() => {})
    expect(await watch(30 * MINUTE_MS - 1)).toMatchObject({ alarms: 0 })
    expect(await watch(30 * MINUTE_MS)).toMatchObject({ alarms: 1 })
  })

  test('is not raised for a job that has ended well meanwhile', async ({ expect }) => {
    await run(new Date(start), JOB)
    const late = 30 * MINUTE_MS
    const endsWell: Parameters<typeof depsAt>[1] = (deps) => {
      const batch = deps.db.batch.bind(deps.db)
      let isFirst = true
      const db = Object.assign(Object.create(deps.db) as typeof deps.db, {
        batch: async (statements: Parameters<typeof batch>[0]) => {
          const rows = await batch(statements)
          if (isFirst) await run(new Date(start + late), JOB)
          isFirst = false
          return rows
        },
      })
      return { ...deps, db }
    }
    const before = await jobEvents('sys_job_overdue', JOB)
    expect(await watch(late, endsWell)).toEqual({ alarms: 0, failed: 0 })
    expect(await jobEvents('sys_job_overdue', JOB)).toEqual(before)
  })

  test('that cannot be recorded is raised again, and by then mailed', async ({ expect }) => {
    const email = await hasAdminMailbox(startApp())
    await run(new Date(start), JOB)
    const late = 30 * MINUTE_MS
    expect(await watch(late, killedAt(1, ['batch']))).toEqual({ alarms: 0, failed: 1 })
    expect(await watch(late + 1)).toEqual({ alarms: 1, failed: 0 })
    await sendWaiting()
    expect(await mailsTo(email)).toHaveLength(1)
  })

  test('is heard of every job, by one watcher at least that is not silent itself', async ({
    expect,
  }) => {
    const app = startApp()
    await run(app, 'watch-jobs-daily')
    app.advance(15 * 86_400)
    await run(app, 'watch-jobs-daily')
    const { results } = await env.DB.prepare(
      'SELECT job FROM job_runs WHERE alarmed_at IS NOT NULL',
    ).run<{ job: string }>()
    const alarmed = results.map(({ job }) => job)
    const all = Object.values(crons).flatMap(({ jobs }) => Object.keys(jobs))
    expect(new Set(alarmed)).toEqual(new Set(all))
  })
})
