import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { crons } from '../../../src/crons'
import { watchJobs } from '../../../src/features/monitor/watch-jobs'
import { mails } from '../../../src/mails'
import {
  depsAt,
  type Fault,
  forgetJobs,
  hasAdminMailbox,
  jobEvents,
  killedAt,
  run,
} from '../../crons/support'
import { columnOf, insertUser } from '../../support/admins'
import { startApp } from '../../support/app'
import { noQueue, sendWaiting, waiting } from '../../support/mail-faults'
import { mailsNamed, mailsTo } from '../../support/mailbox'
import { many } from '../../support/many'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const JOB = 'purge-expired'

afterEach(forgetJobs)

describe('the alarm', () => {
  const periods = { [JOB]: 15 * MINUTE_MS }
  const start = Date.now()
  const watch = (ms: number, fault?: Parameters<typeof depsAt>[1]) =>
    watchJobs(depsAt(new Date(start + ms), fault), periods, mails)
  const subject = 'A job is overdue'

  test('comes after twice the period and not before, counted from the last success', async ({
    expect,
  }) => {
    const email = await hasAdminMailbox()
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
    const email = await hasAdminMailbox()
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
    const all = Object.values(crons).map(({ name }) => name)
    expect(new Set(alarmed)).toEqual(new Set(all))
  })
})

test('the alarm that waiting mails are not sent does not wait with them', async ({ expect }) => {
  const second = `second-${Date.now()}@example.org`
  const id = await insertUser(startApp(), 'admin', `notification_email = '${second}'`)
  const addresses = [String(await columnOf(id, 'email')), second]
  await env.DB.exec(`INSERT INTO job_runs (job, started_at) VALUES ('send-waiting-mails', 0)`)
  const watch = (fault?: Fault) =>
    watchJobs(depsAt(new Date(), fault), { 'send-waiting-mails': MINUTE_MS }, mails)
  expect(await watch()).toEqual({ alarms: 1, failed: 0 })
  for (const address of addresses) await mailsNamed(address, 'A job is overdue')
  expect(await waiting()).toEqual([])
  // While the queue is down it waits, and the watcher has failed.
  await env.DB.exec('UPDATE job_runs SET alarmed_at = NULL')
  expect(await watch(noQueue())).toEqual({ alarms: 1, failed: 1 })
  expect(await waiting()).toHaveLength(2)
})

test('statistics go, and do not make the watcher itself overdue where they cannot', async ({
  expect,
}) => {
  const statistics = () =>
    env.DB.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'`).first()
  const watch = (fault?: Fault) => watchJobs(depsAt(new Date(), fault), {}, mails)
  await env.DB.exec('ANALYZE')
  // Wherever it is cut off, the next run ends it.
  for (const step of [0, 1, 2, 3]) {
    expect(await watch(killedAt(step, ['run']))).toEqual({ alarms: 0, failed: 0 })
    expect(await statistics()).not.toBeNull()
  }
  expect(await watch()).toEqual({ alarms: 0, failed: 0 })
  expect(await statistics()).toBeNull()
})
