import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { Hono } from 'hono'
import { createApp } from '../../src/app'
import { type AppEnv, createDeps, type Deps } from '../../src/context'
import { httpRoutes } from '../../src/http/routes'
import { PATIENCE } from '../../src/patience'
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

describe('GET /.well-known/security.txt', () => {
  test('says whom to tell, and is never out of date', async ({ expect }) => {
    const { text, headers } = await app.send('GET', '/.well-known/security.txt')
    expect(headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    const fields = Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(/: (.*)/)),
    )
    expect(fields).toMatchObject({
      Contact: env.SECURITY_CONTACT,
      Canonical: `${env.PUBLIC_URL}/.well-known/security.txt`,
    })
    const days = (Date.parse(fields['Expires'] ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(150)
    expect(days).toBeLessThan(365)
  })
})

describe('GET /api/openapi.json', () => {
  test('is the document of this app, public for five minutes', async ({ expect }) => {
    const { body, headers } = await app.send('GET', '/api/openapi.json')
    expect(headers.get('Cache-Control')).toBe('public, max-age=300')
    expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: env.PUBLIC_URL }] })
    expect(Object.keys(body['paths'] as object)).toContain('/api/auth/login/')
  })
})

describe.each(['/api/docs/', '/api/openapi.json'])('GET %s', (path) => {
  test('is made once, public, and not sent again to who has it', async ({ expect }) => {
    const first = await app.send('GET', path)
    const etag = first.headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"[\w-]{43}"$/)
    expect(first.headers.get('Cache-Control')).toBe('public, max-age=300')
    expect((await app.send('GET', path)).text).toBe(first.text)
    // Another isolate of the same version.
    expect((await startApp().send('GET', path)).headers.get('ETag')).toBe(etag)
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const known = await app.send('GET', path, { headers: { 'If-None-Match': tags } })
      expect([tags, known.status, known.text]).toEqual([tags, 304, ''])
      expect(known.headers.get('ETag')).toBe(etag)
      expect(known.headers.get('Cache-Control')).toBe('public, max-age=300')
    }
    for (const tags of ['"x"', etag.slice(1, -1), '']) {
      const other = await app.send('GET', path, { headers: { 'If-None-Match': tags } })
      expect([tags, other.status]).toEqual([tags, 200])
    }
    let made = 0
    const counting = {
      get routes() {
        made += 1
        return createApp().routes
      },
    }
    const served = new Hono<AppEnv>().use((c, next) => {
      c.set('deps', app.deps())
      return next()
    })
    served.route('/', httpRoutes(counting))
    const get = async () => (await served.request(path.replace(/\/$/, ''), {}, env)).status
    expect([await get(), await get(), await get(), made]).toEqual([200, 200, 200, 1])

    const settings = (deps: Deps) => ({ ...deps.settings, PUBLIC_URL: 'https://other.test' })
    const changed = startApp((deps) => ({ ...deps, settings: settings(deps) }))
    expect((await changed.send('GET', path)).headers.get('ETag')).not.toBe(etag)
  })
})

describe('GET /api/docs/', () => {
  test('shows every operation with its codes, and writes markup as text', async ({ expect }) => {
    const { text } = await app.send('GET', '/api/docs/')
    const { body } = await app.send('GET', '/api/openapi.json')
    for (const methods of Object.values(
      body['paths'] as Record<string, Record<string, { operationId: string }>>,
    )) {
      for (const { operationId } of Object.values(methods)) {
        expect(text).toContain(`<article id="${operationId}"`)
        expect(text).toContain(`href="#${operationId}"`)
      }
    }
    for (const code of ['invalid_credentials', 'cross_site_request', 'too_many_attempts']) {
      expect(text).toContain(`<code>${code}</code>`)
    }
    expect(text).not.toContain('undefined')
    expect(text).not.toContain('[object')
  })
})

describe('GET /assets/', () => {
  test('serves the files of the pages with our own headers', async ({ expect }) => {
    for (const [file, type] of [
      ['base.css', 'text/css; charset=utf-8'],
      ['docs.css', 'text/css; charset=utf-8'],
      ['account.css', 'text/css; charset=utf-8'],
      ['verify-email.js', 'text/javascript; charset=utf-8'],
      ['phantom.svg', 'image/svg+xml'],
    ] as const) {
      const answer = await app.send('GET', `/assets/${file}`)
      expect([file, answer.status]).toEqual([file, 200])
      expect(answer.headers.get('Content-Type')).toBe(type)
      expect(answer.headers.get('Cache-Control')).toBe('public, max-age=300')
      const headers = { 'If-None-Match': answer.headers.get('ETag') ?? '' }
      expect((await app.send('GET', `/assets/${file}`, { headers })).status).toBe(304)
    }
  })

  test('is the same for everyone', async ({ expect }) => {
    const plain = await app.send('GET', '/assets/verify-email.js')
    const cookie = '__Host-phantom_session=x'
    expect((await app.send('GET', '/assets/verify-email.js', { cookie })).text).toBe(plain.text)
  })
})
