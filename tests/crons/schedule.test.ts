import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import operationsText from '../../docs/operations.md?raw'
import { cronsIn } from '../../scripts/dev/crons'
import { crons } from '../../src/crons'
import worker from '../../src/index'
import wranglerText from '../../wrangler.toml?raw'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { broken, storedText } from '../support/attack'
import { hasAdminMailbox, jobEvents, rowOf, run } from './support'

const JOB = 'purge-expired'

afterEach(() => env.DB.prepare('DELETE FROM job_runs').run())

describe('the table of jobs', () => {
  const table = Object.entries(crons).map(([cron, { name }]) => [name, cron])

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
    await hasAdminMailbox()
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
