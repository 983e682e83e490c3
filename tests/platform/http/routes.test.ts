import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { describe, test } from 'vitest'
import { createApp } from '../../../src/app'
import { docsRoutes } from '../../../src/pages/docs-routes'
import { type AppEnv, type Deps } from '../../../src/platform/deps'
import { problems } from '../../../src/platform/problems'
import { startApp } from '../../support/app'

const app = startApp()

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
    served.route('/', docsRoutes(counting))
    const get = async () => (await served.request(path.replace(/\/$/, ''), {}, env)).status
    expect([await get(), await get(), await get(), made]).toEqual([200, 200, 200, 1])

    const settings = (deps: Deps) => ({ ...deps.settings, PUBLIC_URL: 'https://other.test' })
    const changed = startApp((deps) => ({ ...deps, settings: settings(deps) }))
    expect((await changed.send('GET', path)).headers.get('ETag')).not.toBe(etag)
  })
})

test('a list of accounts is another path than an account', async ({ expect }) => {
  const answer = await app.send('GET', '/api/admin/users/disable/')
  expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST'])
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

  test('shows what the query string of a list may have', async ({ expect }) => {
    const { text } = await app.send('GET', '/api/docs/')
    const [, list = ''] = text.split('<article id="getAdminUsers"')
    for (const name of ['username', 'domain', 'before']) {
      expect(list.split('</article>')[0]).toContain(`<code>${name}</code>`)
    }
  })

  test('shows a code in each row of refusals, whatever its title', async ({ expect }) => {
    const { text } = await app.send('GET', '/api/docs/')
    const codes = [...text.matchAll(/<td>\d{3}<\/td>\s*<td><code>(.*?)<\/code>/g)]
    expect(codes.length).toBeGreaterThan(100)
    expect(codes.filter(([, code = '']) => !Object.hasOwn(problems, code))).toEqual([])
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
