import { describe, test } from 'vitest'
import { signedIn } from '../support/acts'
import { freshAddress, startApp } from '../support/app'

const app = startApp((deps) => ({
  ...deps,
  settings: { ...deps.settings, CORS_ORIGINS: ['https://app.phantom.test'] },
}))

describe('caches and links', () => {
  test('E-119 nothing private is public under another name', async ({ expect }) => {
    const { account: ada, accessToken: token } = await signedIn(app)
    for (const path of [
      '/api/users/me/a.css',
      '/api/users/me.css',
      '/api/users/me;.js',
      '/api/users/me%0a',
      '/api/users/me%00.png',
      '/api/users/me/..%2f..%2fassets/base.css',
      '/assets/..%2fapi/users/me',
      '/assets/%2e%2e%2fapi%2fusers%2fme',
    ]) {
      const answer = await app.send('GET', path, { token })
      expect([path, answer.status]).toEqual([path, 404])
      expect(answer.text).not.toContain(ada.email)
    }
    // Headers that a cache does not look at change nothing in the answer.
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Scheme': 'http',
      'X-Original-URL': '/api/health/',
      'X-Rewrite-URL': '/api/health/',
      Forwarded: 'host=evil.example',
    }
    const plain = await app.send('GET', '/api/users/me/', { token })
    const keyed = await app.send('GET', '/api/users/me/', { token, headers })
    expect(keyed.text).toBe(plain.text)
    expect(keyed.headers.get('Cache-Control')).toBe('no-store')
    for (const path of ['/api/openapi.json', '/.well-known/security.txt', '/', '/verify-email']) {
      expect((await app.send('GET', path, { headers })).text).not.toContain('evil.example')
    }
  })

  test('E-120 no parameter redirects, signs in or is reflected', async ({ expect }) => {
    const targets = [
      '//evil.example',
      'https:evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
    ]
    for (const target of targets) {
      const query = `?next=${encodeURIComponent(target)}`
      for (const path of ['/api/auth/login/', '/api/auth/logout/', '/api/auth/verify-email/']) {
        const answer = await app.post(`${path}${query}`, {}, { ip: freshAddress() })
        expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
        expect(answer.headers.get('Location')).toBeNull()
        const field = await app.post(path, { next: target }, { ip: freshAddress() })
        expect(field.status).toBe(400)
      }
      const page = await app.send('GET', `/verify-email${query}`)
      expect(page.status).toBe(200)
      expect(page.text).not.toContain('evil.example')
      expect(page.headers.get('Location')).toBeNull()
    }
    for (const name of ['access_token', 'token', 'api_key', 'callback']) {
      const answer = await app.send('GET', `/api/users/me/?${name}=phk_live_secret`)
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
      expect(answer.text).not.toContain('phk_live_secret')
    }
  })

  test('E-126 files of the workshop are not on display', async ({ expect }) => {
    // As if every one of them had been copied into the folder of the pages.
    const careless = startApp((deps) => ({
      ...deps,
      assets: { ...deps.assets, fetch: () => Promise.resolve(new Response('secret')) },
    }))
    for (const path of [
      '/.git/config',
      '/.env',
      '/.dev.vars',
      '/wrangler.toml',
      '/package.json',
      '/src/index.ts',
      '/index.js.map',
      '/assets/verify-email.js.map',
      '/assets/',
      '/assets',
      '/assets/.env',
      '/assets/..%2f..%2fwrangler.toml',
      '/assets/base.css.bak',
      '/assets/base.css~',
      '/assets/BASE.css',
      '/backup.zip',
      '/api/docs/.git/config',
      '/server-status',
      '/__scheduled',
      '/cdn-cgi/',
      '/_redirects',
      '/_headers',
    ]) {
      const answer = await careless.send('GET', path)
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found'])
    }
    // Declared public: it says nothing that an attacker would not find by asking.
    expect((await app.send('GET', '/api/openapi.json')).status).toBe(200)
  })
})
