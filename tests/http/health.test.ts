import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createDeps } from '../../src/platform/deps'
import { PATIENCE } from '../../src/platform/patience'
import { startApp } from '../support/app'
import { broken, collectingLog } from '../support/attack'

const app = startApp()

describe('GET /api/health/', () => {
  test('says ok while the database answers', async ({ expect }) => {
    const answer = await app.send('GET', '/api/health/')
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok', mail: 'ok' }])
    expect((await app.send('HEAD', '/api/health')).status).toBe(200)
  })

  test('tells how mail stands, by the row of `mail_status`', async ({ expect }) => {
    const today = Math.floor(Date.now() / 86_400_000)
    const rows = [
      ['ok', `'ok', ${today}, NULL`],
      ['low', `'low', ${today}, NULL`],
      ['out', `'out', ${today}, NULL`],
      ['ok', `'out', ${today - 1}, NULL`],
      ['paused', `'ok', NULL, 'daily_limit'`],
      ['paused', `'low', ${today}, 'daily_limit'`],
    ] as const
    for (const [mail, values] of rows) {
      await env.DB.prepare(
        `INSERT OR REPLACE INTO mail_status (id, level, level_day, pause_reason) VALUES (1, ${values})`,
      ).run()
      const answer = await startApp().send('GET', '/api/health/')
      expect([values, answer.status, answer.body]).toEqual([values, 200, { status: 'ok', mail }])
    }
    await env.DB.prepare('DELETE FROM mail_status').run()
  })

  test('is 503 when it fails', async ({ expect }) => {
    const answer = await startApp(broken('db', ['run'], 'fails')).send('GET', '/api/health/')
    expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable'])
  })

  test('tells the truth within two seconds, either way', async ({ expect }) => {
    let isDown = false
    const fails = broken('db', ['run'], 'fails')
    const flaky = startApp((deps) => (isDown ? fails(deps) : deps))
    const status = async () => (await flaky.send('GET', '/api/health/')).status
    expect(await status()).toBe(200)
    isDown = true
    expect(await status()).toBe(200)
    flaky.advance(2)
    expect(await status()).toBe(503)
    isDown = false
    expect(await status()).toBe(503)
    flaky.advance(2)
    expect(await status()).toBe(200)
  })

  test('is asked for once while many want it', async ({ expect }) => {
    const gate = Promise.withResolvers<void>()
    let asked = 0
    const slow = startApp((deps) => ({
      ...deps,
      db: {
        run: async () => {
          asked += 1
          if (asked > 1) await gate.promise
          return { results: [] }
        },
      } as unknown as typeof deps.db,
    }))
    expect((await slow.send('GET', '/api/health/')).status).toBe(200)
    slow.advance(2)
    const first = slow.send('GET', '/api/health/')
    const others = await Promise.all(
      Array.from({ length: 5 }, () => slow.send('GET', '/api/health/')),
    )
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(asked).toBe(2)
    gate.resolve()
    expect((await first).status).toBe(200)
  })

  test('of an hour ago is nobody’s, not even while it is asked for anew', async ({ expect }) => {
    let isDown = false
    const fails = broken('db', ['run'], 'fails')
    const idle = startApp((deps) => (isDown ? fails(deps) : deps))
    const status = async () => (await idle.send('GET', '/api/health/')).status
    expect(await status()).toBe(200)
    idle.advance(3600)
    isDown = true
    expect(await Promise.all([status(), status()])).toEqual([503, 503])
  })

  test('is not said again when it comes late, after a newer answer', async ({ expect }) => {
    const late = Promise.withResolvers<void>()
    let asked = 0
    const slow = startApp((deps) => ({
      ...deps,
      db: {
        run: async () => {
          asked += 1
          if (asked === 1) await late.promise
          return { results: [] }
        },
      } as unknown as typeof deps.db,
    }))
    const status = async () => (await slow.send('GET', '/api/health/')).status
    const first = status()
    slow.advance(2)
    expect(await status()).toBe(200)
    late.reject(new Error('gone'))
    expect(await first).toBe(503)
    expect(await status()).toBe(200)
    expect(asked).toBe(2)
  })

  test('is 503 when it hangs as long as production waits, before the deadline', async ({
    expect,
  }) => {
    const hangs = broken('db', ['run'], 'hangs')
    const real = startApp((deps) => ({ ...hangs(deps), patience: deps.patience }))
    const began = Date.now()
    const log = await collectingLog(async () => {
      const answer = await real.send('GET', '/api/health/')
      expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable'])
    })
    const took = Date.now() - began
    expect(log).toContain('"reason":"database: no answer in 5000 ms"')
    expect(took).toBeGreaterThan(4_900)
    expect(took).toBeLessThan(8_000)
    expect(createDeps(env, () => {}).patience).toBe(PATIENCE)
  })
})
