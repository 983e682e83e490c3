import { describe, test } from 'vitest'
import { createApp } from '../../../src/app'
import { freshAddress, startApp } from '../../support/app'

/**
 * Which headers an answer must have is in support/contract.ts, which sees every answer of every
 * test.
 */
const app = startApp()
const paths = new Set(
  createApp()
    .routes.filter(({ method }) => method !== 'ALL')
    .map(({ path }) => path.replace(/:.*$/, 'base.css')),
)

/** The whole policy of a page, by where its scripts and style sheets may come from. */
const policyOf = (script: string, style: string) =>
  [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    "img-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

describe('every answer has its security headers', () => {
  test.for([...paths])('%s, with any method', async (path, { expect }) => {
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE']) {
      const { headers } = await app.send(method, path, { ip: freshAddress() })
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Server')).toBeNull()
      expect(headers.get('X-Powered-By')).toBeNull()
    }
  })

  test('a fault of ours too', async ({ expect }) => {
    const broken = startApp((deps) => {
      if (deps.caller.userAgent === 'break') throw new Error('secret detail')
      return deps
    })
    const headers = { 'User-Agent': 'break' }
    const answer = await broken.send('GET', '/.well-known/jwks.json', { headers })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret detail')
    expect(answer.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
  })

  test('JSON shows nothing as a page and names its charset', async ({ expect }) => {
    for (const path of ['/api/users/me/', '/.well-known/jwks.json', '/nothing']) {
      const { headers } = await app.send('GET', path)
      expect(headers.get('Content-Security-Policy')).toBe(
        "default-src 'none'; frame-ancestors 'none'; sandbox",
      )
      expect(headers.get('Content-Type')).toMatch(/json; charset=utf-8$/)
    }
  })

  test('the request id is ours, not the caller’s', async ({ expect }) => {
    const mine = { 'X-Request-Id': 'req_AAAAAAAAAAAAAAAAAAAAAA' }
    const ids = [
      await app.send('GET', '/api/users/me/', { headers: mine }),
      await app.send('GET', '/api/users/me/', { headers: mine }),
    ].map(({ headers }) => headers.get('X-Request-Id'))
    expect(new Set([...ids, mine['X-Request-Id']]).size).toBe(3)
  })
})

describe('pages', () => {
  test.for(['/', '/verify-email'])(
    '%s runs and styles only what carries the nonce of this answer',
    async (path, { expect }) => {
      const [first, second] = [await app.send('GET', path), await app.send('GET', path)]
      const policy = first.headers.get('Content-Security-Policy') ?? ''
      const nonce = /script-src 'nonce-([\w-]{43})'/.exec(policy)?.[1] ?? ''
      expect(policy).toBe(policyOf(`'nonce-${nonce}'`, `'nonce-${nonce}'`))
      expect(second.headers.get('Content-Security-Policy')).not.toContain(nonce)
      expect(first.text).toContain(`nonce="${nonce}"`)
      expect(first.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
      expect(first.headers.get('Permissions-Policy')).toContain('camera=()')
      expect(first.headers.get('Content-Type')?.toLowerCase()).toBe('text/html; charset=utf-8')
      // Nothing inline, nothing from elsewhere.
      expect(first.text).not.toMatch(/<style|\son\w+=|style="|<script>|(src|href)="https?:/)
      expect(first.text).not.toMatch(/<script(?![^>]*nonce)|<link rel="stylesheet"(?![^>]*nonce)/)
    },
  )

  test('the documentation is kept by caches, so it has no nonce: it runs nothing, and styles by our files', async ({
    expect,
  }) => {
    const { headers, text } = await app.send('GET', '/api/docs/')
    expect(headers.get('Content-Security-Policy')).toBe(policyOf("'none'", "'self'"))
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    expect(headers.get('Permissions-Policy')).toContain('camera=()')
    expect(headers.get('Content-Type')?.toLowerCase()).toBe('text/html; charset=utf-8')
    expect(text).toContain('<link rel="stylesheet" href="/assets/docs.css"')
    expect(text).not.toMatch(/<style|<script|nonce|\son\w+=|style="|(src|href)="https?:/)
  })
})
