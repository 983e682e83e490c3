import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { signedIn } from '../support/acts'
import { freshAddress, startApp } from '../support/app'
import { linesDuring } from '../support/attack'
import { BODIES } from '../support/bodies'
import { everyRoute } from '../support/guarded-routes'
import { isDeep } from '../support/many'
import { withoutLimits } from '../support/test-deps'

/** More than the twenty wrong passwords of a network that are recorded one by one. */
const MANY = 24
/** What is recorded of so many that are counted: the first, second, fourth, and so on. */
const COUNTED = Math.floor(Math.log2(MANY)) + 1

const id = 'A'.repeat(22)
const random = 'A'.repeat(43)
const UNKNOWN_COOKIE = `usr_${id}.ses_${id}.${random}.${random}`
const session = (value: string) => `__Host-phantom_session=${value}`
const jwtOf = (header: object) => `${btoa(JSON.stringify(header))}.${btoa('{}')}.AAAA`

/** Headers that say nothing good. */
const JUNK: Readonly<Record<string, Record<string, string>>> = {
  'a token of no form': { Authorization: 'Bearer garbage' },
  'a password': { Authorization: `Basic ${btoa('ada:secret')}` },
  'a token with no key': { Authorization: `Bearer ${jwtOf({ alg: 'ES256', kid: 'none' })}` },
  'a token with no algorithm': { Authorization: `Bearer ${jwtOf({ alg: 'none' })}` },
  'a cookie of no form': { Cookie: session('garbage'), 'Sec-Fetch-Site': 'same-origin' },
  'a cookie of the right form': {
    Cookie: session(UNKNOWN_COOKIE),
    'Sec-Fetch-Site': 'same-origin',
  },
  'a cookie from elsewhere': { Cookie: session(UNKNOWN_COOKIE), Origin: 'null' },
  'cookies that are none': { Cookie: `${session('%zz')}; =; ;; __Host-phantom_device=\u00ff` },
  'a key of no form': { 'X-API-Key': 'phk_live_x_y' },
  'a key of the right form': {
    Authorization: `Bearer phk_live_${'a'.repeat(20)}_${'b'.repeat(49)}`,
  },
  'a long language': { 'Accept-Language': ';q=,'.repeat(500), 'User-Agent': 'é'.repeat(3000) },
  conditions: { 'If-None-Match': `"${'x'.repeat(5000)}`, Range: 'bytes=5-1', Expect: 'x' },
}

async function eventsDuring(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const newest = `SELECT coalesce(max(id), 0) AS id FROM audit_events`
  const id = await env.DB.prepare(newest).first<number>('id')
  await act()
  const { results } = await env.DB.prepare(
    `SELECT event, count(*) AS n FROM audit_events WHERE id > ? GROUP BY event`,
  )
    .bind(id)
    .run<{ event: string; n: number }>()
  return Object.fromEntries(results.map(({ event, n }) => [event, n]))
}

const named = (lines: readonly Record<string, unknown>[]) =>
  [...Map.groupBy(lines, ({ level, event }) => [level, event].join(' '))].map(
    ([name, { length }]) => [name, length],
  )

/** Every route in the deep run, else each third: of three kinds of junk together, every one. */
const routesFor = (at: number) => everyRoute.filter((_, index) => isDeep || index % 3 === at % 3)

describe('what a stranger sends', () => {
  test.for(
    Object.entries(JUNK).map(([what, headers], at) => [what, headers, routesFor(at)] as const),
  )(
    '%s: is one line of the log at each route, and nothing else',
    async ([, headers, routes], { expect }) => {
      const app = startApp(withoutLimits)
      let worst = 0
      let events = {}
      const lines = await linesDuring(async () => {
        events = await eventsDuring(async () => {
          for (const { method, path } of routes) {
            const options = { headers, ...(method !== 'GET' && { json: {} }) }
            const { status } = await app.send(method, path, options)
            worst = Math.max(worst, status)
          }
        })
      })
      expect(worst).toBeLessThan(500)
      expect(named(lines)).toEqual([['info request', routes.length]])
      expect(events).toEqual({})
    },
  )

  test('the cookie and the token of a session that has ended: again and again the same', async ({
    expect,
  }) => {
    const app = startApp()
    const [ada, bob] = [await signedIn(app, 'cookie'), await signedIn(app)]
    const credentials = [{ cookie: ada.sessionCookie }, { token: bob.accessToken }]
    for (const one of credentials) {
      const headers = { 'Sec-Fetch-Site': 'same-origin' }
      expect((await app.post('/api/auth/logout/', {}, { ...one, headers })).status).toBe(204)
    }
    const lines = await linesDuring(async () => {
      for (const one of credentials.flatMap((each) => Array.from({ length: 5 }, () => each))) {
        expect((await app.send('GET', '/api/users/me/', one)).status).toBe(401)
      }
    })
    expect(lines.map(({ event, reason }) => [event, reason])).toEqual(
      Array.from({ length: 10 }, () => ['request', 'session over']),
    )
    const [forged] = await linesDuring(async () => {
      await app.send('GET', '/api/users/me/', { cookie: session(UNKNOWN_COOKIE) })
    })
    expect(forged?.['reason']).toBe('not one of ours')
  })

  // A request for a link leaves an event for a name that nobody has too, or its time would tell.
  // How many there may be is what the limit says.
  const ASKS = ['/api/auth/verify-email/resend/', '/api/auth/reset-password/', '/api/users/create/']

  test.for(Object.entries(BODIES).filter(([path]) => !ASKS.includes(path)))(
    '%s: many bodies of the right form are recorded by their count',
    async ([path, good], { expect }) => {
      const app = startApp(withoutLimits)
      const ip = freshAddress()
      let events: Record<string, number> = {}
      const lines = await linesDuring(async () => {
        events = await eventsDuring(async () => {
          for (let index = 0; index < MANY; index++) {
            await app.post(path, varied(good, `${index}${app.id}`), { ip })
          }
        })
      })
      expect(named(lines)).toEqual([['info request', MANY]])
      // Twenty wrong passwords an hour are what people mistype behind one network.
      const most = path === '/api/auth/login/' ? 21 : COUNTED
      for (const [event, count] of Object.entries(events)) {
        expect([event, count <= most]).toEqual([event, true])
      }
    },
  )

  test.for(ASKS)(
    '%s: is recorded as often as the limit lets it be asked',
    async (path, { expect }) => {
      const app = startApp()
      const ip = freshAddress()
      const events = await eventsDuring(async () => {
        for (let index = 0; index < MANY; index++) {
          await app.post(path, varied(BODIES[path] ?? {}, `${index}${app.id}`), { ip })
        }
      })
      const { excess_rate_limit_exceeded: refused = 0, ...rest } = events
      expect(refused).toBeLessThanOrEqual(COUNTED)
      expect(Object.values(rest)).toEqual([path === '/api/users/create/' ? 10 : 20])
    },
  )

  test('a device cookie that is none: no line above info, known name or not', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const { email } = await app.hasAccount()
    const headers = { Cookie: '__Host-phantom_device=junk' }
    const lines = await linesDuring(async () => {
      for (const [path, good] of Object.entries(BODIES)) {
        const named = { ...good, ...('identifier' in good && { identifier: email }) }
        const known = { ...named, ...('email' in good && { email }) }
        for (const json of [good, known]) await app.post(path, json, { headers })
      }
    })
    expect(lines.filter(({ level }) => level !== 'info')).toEqual([])
    expect(lines.some(({ event }) => event === 'device_cookie_ignored')).toBe(true)
  })

  test('a sprayed password: one line for each network that tries it', async ({ expect }) => {
    const app = startApp(withoutLimits)
    const spray = (index: number, ip: string) =>
      app.post(
        '/api/auth/login/',
        { identifier: `n${index}${app.id}@example.com`, password: `spring of ${app.id}` },
        { ip },
      )
    for (let index = 1; index < 30; index++) await spray(index, freshAddress())
    const networks = [freshAddress(), freshAddress()]
    const lines = await linesDuring(async () => {
      // At once: tries that have passed the limiter when the network is shut.
      for (const ip of networks) {
        await Promise.all(Array.from({ length: 6 }, (_, index) => spray(30 + index, ip)))
      }
    })
    const told = lines.filter(({ event }) => event !== 'request')
    expect(told.map(({ level, event, ip }) => [level, event, ip])).toEqual(
      networks.map((ip) => ['warn', 'authn_spray', ip]),
    )
  })
})

/** The same body for another address. */
const varied = (good: Record<string, unknown>, name: string) => ({
  ...good,
  ...('email' in good && { email: `${name}@example.com` }),
  ...('identifier' in good && {
    identifier: `${name}@example.com`,
    password: `not the one of ${name}`,
  }),
})
