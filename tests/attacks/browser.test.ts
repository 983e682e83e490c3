import { describe, test } from 'vitest'
import { SAME_ORIGIN, signedIn } from '../support/acts'
import { freshAddress, ORIGIN, startApp } from '../support/app'

const LOOK_ALIKES = [
  'null',
  'https://evil.example',
  'https://auth.phantom.test.evil.example',
  'https://evilauth.phantom.test',
  'https://www.auth.phantom.test',
  'http://auth.phantom.test',
  'https://auth.phantom.test:8443',
  'https://auth.phantom.test/',
  'https://AUTH.phantom.test',
  'https://auth.phantom.test, https://evil.example',
  'https://app.phantom.test.evil.example',
  'http://app.phantom.test',
  'https://xapp.phantom.test',
]

/** One origin is trusted, so that look-alikes have something to look like. */
const app = startApp((deps) => ({
  ...deps,
  settings: { ...deps.settings, CORS_ORIGINS: ['https://app.phantom.test'] },
}))
const aLogin = { identifier: `eve-${app.id}@example.com`, password: 'not the password' }

describe('cross-site requests', () => {
  /** What pages of other hosts, or no page at all, make a browser send. */
  const foreign: readonly Record<string, string>[] = [
    {},
    { Origin: 'null' },
    ...LOOK_ALIKES.map((origin) => ({ Origin: origin })),
    { Referer: `${ORIGIN}/` },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none' },
    { 'Sec-Fetch-Site': 'cross-site', Origin: ORIGIN },
    { 'Sec-Fetch-Site': 'Same-Origin', Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'same-origin, cross-site' },
  ]

  test('E-075 cannot use the cookie of a session', async ({ expect }) => {
    const { sessionCookie: cookie } = await signedIn(app, 'cookie')
    for (const headers of foreign) {
      const answer = await app.post(
        '/api/auth/logout/',
        {},
        { cookie, headers, ip: freshAddress() },
      )
      expect([headers, answer.status, answer.body.code]).toEqual([
        headers,
        403,
        'cross_site_request',
      ])
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { 'Content-Type': type, ...SAME_ORIGIN.headers }
      const answer = await app.send('POST', '/api/auth/logout/', {
        raw: '{}',
        cookie,
        headers,
        ip: freshAddress(),
      })
      expect(answer.status).toBe(415)
    }
    expect((await app.send('GET', '/api/users/me/', { cookie })).status).toBe(200)

    const ended = await app.post(
      '/api/auth/logout/',
      {},
      { cookie, ...SAME_ORIGIN, ip: freshAddress() },
    )
    expect(ended.status).toBe(204)
  })

  test('E-075 cannot sign a browser in to a stranger’s account', async ({ expect }) => {
    const login = { ...aLogin, transport: 'cookie' }
    for (const headers of foreign) {
      const answer = await app.post('/api/auth/login/', login, { headers, ip: freshAddress() })
      expect([headers, answer.status, answer.body.code]).toEqual([
        headers,
        403,
        'cross_site_request',
      ])
    }
    const allowed: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'same-origin' },
      { Origin: ORIGIN },
      { 'Sec-Fetch-Site': 'not-invented-yet', Origin: ORIGIN },
    ]
    for (const headers of allowed) {
      const answer = await app.post('/api/auth/login/', login, { headers, ip: freshAddress() })
      expect([headers, answer.status]).toEqual([headers, 401])
    }
  })

  test('E-075 are no matter where no cookie speaks', async ({ expect }) => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://app.phantom.test' }
    const answer = await app.post('/api/auth/login/', aLogin, { headers, ip: freshAddress() })
    expect(answer.status).toBe(401)
  })

  test('E-076 two session cookies, or one of another spelling, open nothing', async ({
    expect,
  }) => {
    const { account: ada, sessionCookie: a = '' } = await signedIn(app, 'cookie')
    const { sessionCookie: e = '' } = await signedIn(app, 'cookie')
    const value = a.slice(a.indexOf('=') + 1)
    const name = '__Host-phantom_session'
    const crowd = Array.from({ length: 100 }, (_, index) => `c${index}=x`).join('; ')
    const me = (cookie: string) => app.send('GET', '/api/users/me/', { cookie })
    for (const cookie of [
      `${a}; ${e}`,
      `${e}; ${a}`,
      `${a}; ${a}`,
      `${a}; ${name}=`,
      `${name.toLowerCase()}=${value}`,
      `phantom_session=${value}`,
      `__Secure-phantom_session=${value}`,
      `${name}="${value}"`,
      `${name} =${value}`,
      `x${a}`,
    ]) {
      const answer = await me(cookie)
      expect([cookie.slice(0, 40), answer.status]).toEqual([cookie.slice(0, 40), 401])
    }
    const answer = await me(`${crowd}; ${a}; ${crowd}`)
    expect(answer.body).toMatchObject({ email: ada.email })
  })
})

describe('other origins', () => {
  const corsHeaders = (headers: Headers) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'))

  test('E-077 that only look like a trusted one read nothing', async ({ expect }) => {
    for (const origin of LOOK_ALIKES) {
      const headers = { Origin: origin }
      const preflight = { ...headers, 'Access-Control-Request-Method': 'POST' }
      for (const answer of [
        await app.post('/api/auth/login/', aLogin, { headers, ip: freshAddress() }),
        await app.send('GET', '/api/users/me/', { headers }),
        await app.send('GET', '/.well-known/jwks.json', { headers }),
        await app.send('OPTIONS', '/api/auth/login/', { headers: preflight }),
      ]) {
        expect([origin, corsHeaders(answer.headers)]).toEqual([origin, []])
        expect(answer.headers.get('Vary')).toBe('Origin')
      }
    }
  })

  test('E-077 that are trusted read answers, but never with cookies', async ({ expect }) => {
    const headers = { Origin: 'https://app.phantom.test' }
    const answer = await app.post('/api/auth/login/', aLogin, { headers, ip: freshAddress() })
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('https://app.phantom.test')
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')

    const ask = (path: string) =>
      app.send('OPTIONS', path, {
        headers: {
          ...headers,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        },
      })
    const preflight = await ask('/api/auth/login/')
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toBe('POST')
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe(
      'Authorization, Content-Type, Content-Disposition',
    )
    expect(preflight.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    expect((await ask('/api/users/me/')).headers.get('Access-Control-Allow-Methods')).toBe(
      'GET, DELETE',
    )
    const unknown = await ask('/api/nothing/')
    expect(unknown.status).toBe(404)
    expect(unknown.headers.get('Access-Control-Allow-Methods')).toBeNull()
  })
})
