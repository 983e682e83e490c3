import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import worker from '../src/index'
import { createDeps } from '../src/context'
import { jobs, runJob } from '../src/jobs/index'
import wranglerText from '../wrangler.toml?raw'
import { startApp } from './support/app'

test('the crons of wrangler.toml are the jobs of the code', ({ expect }) => {
  const [, list = ''] = /^crons = \[(.*)\]$/m.exec(wranglerText) ?? []
  const crons = [...list.matchAll(/"([^"]+)"/g)].map(([, cron]) => cron)
  expect(new Set(crons)).toEqual(new Set(Object.keys(jobs)))
})

test('the purge ends what has expired and leaves the rest, twice at once as well as once', async ({
  expect,
}) => {
  const app = startApp()
  const ada = await app.hasAccount()
  const { sessionId: old } = await app.signIn(ada)
  const { sessionId: live } = await app.signIn(ada)
  const pending = app.newAccount()
  await app.post('/api/users/create/', pending)
  await env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
    .bind(Date.now() - 1, old)
    .run()
  await env.DB.prepare(
    `INSERT INTO mailed_tokens (token_hash, user_id, purpose, expires_at)
     SELECT 'dead', id, 'verify', ? FROM users WHERE email = ?`,
  )
    .bind(Date.now() - 1, pending.email)
    .run()

  const controller = createScheduledController({ cron: '*/15 * * * *', scheduledTime: new Date() })
  const ctx = createExecutionContext()
  await Promise.all([
    worker.scheduled(controller, env, ctx),
    worker.scheduled(controller, env, ctx),
  ])
  await waitOnExecutionContext(ctx)

  const ids = async (query: string) =>
    (await env.DB.prepare(query).run<{ id: string }>()).results.map(({ id }) => id)
  const left = await ids('SELECT id FROM sessions')
  expect(left).toContain(live)
  expect(left).not.toContain(old)
  expect(await ids("SELECT token_hash AS id FROM mailed_tokens WHERE token_hash = 'dead'")).toEqual(
    [],
  )
  expect((await ids('SELECT token_hash AS id FROM mailed_tokens')).length).toBeGreaterThan(0)
})

test('a cron that no job has is logged and does nothing', async ({ expect }) => {
  await expect(
    runJob(
      createDeps(env, () => {}),
      '0 0 1 1 *',
    ),
  ).resolves.toBeUndefined()
})
