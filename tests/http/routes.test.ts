import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createDeps } from '../../src/context'
import { PATIENCE } from '../../src/patience'
import { startApp } from '../support/app'
import { broken, collectingLog } from '../support/attack'

const app = startApp()

describe('GET /api/health/', () => {
  test('says ok while the database answers', async ({ expect }) => {
    const answer = await app.send('GET', '/api/health/')
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }])
    expect((await app.send('HEAD', '/api/health')).status).toBe(200)
  })

  test('is 503 when it fails', async ({ expect }) => {
    const answer = await startApp(broken('db', ['run'], 'fails')).send('GET', '/api/health/')
    expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable'])
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
