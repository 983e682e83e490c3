import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { PhantomSecurity } from '../src/features/rpc/worker-entrypoint'
import type { Deps } from '../src/platform/deps'
import { limits } from '../src/platform/http/rate-limit'
import { keyOwner, madeKey, verifyKey } from './features/api-keys/support'
import { freshAddress, startApp } from './support/app'
import { everyRoute } from './support/guarded-routes'
import { many } from './support/many'
import { startMeter, ZERO } from './support/meter'
import { strangersKey } from './support/strangers-key'

const { meter, read } = startMeter()
/** Whoever asks for the archive has passed a guard. */
const archive = new Proxy({} as Deps['archive'], {
  get() {
    throw new Error('the archive was asked')
  },
})
const app = startApp((deps) => ({ ...meter(deps), archive }))

const times = Array.from({ length: many(50) })

/** What asks the database, at most once in two seconds whoever asks (src/platform/cached.ts). */
const CACHED = ['GET /api/health', 'GET /.well-known/audit-head']

const isFor =
  (credential: 'bearer' | 'key') =>
  ({ facet }: (typeof everyRoute)[number]) =>
    facet.security?.includes(credential) === true
const open = everyRoute.filter(
  ({ facet }) => facet.security?.length === 0 || facet.security?.includes('none'),
)

// Whoever costs a store call is counted, or is no stranger.
describe('strangers', () => {
  test('are counted by every open route that asks a store; the others ask none', async ({
    expect,
  }) => {
    expect(open.length).toBeGreaterThan(20)
    for (const { name, method, path } of open.filter(({ facet }) => !facet.limit)) {
      read()
      for (const _ of times) await app.send(method, path, { ip: freshAddress() })
      const isCached = CACHED.includes(name)
      const cost = isCached
        ? { d1RoundTrips: 1, d1Statements: 1, rowsRead: expect.any(Number) as number }
        : {}
      expect([name, read()]).toEqual([name, { ...ZERO, ...cost }])
      if (isCached) app.advance(2)
    }
  })

  test('are refused by the limit of an open route before it asks anything else', async ({
    expect,
  }) => {
    const RATE_LIMITS = Object.fromEntries(
      Object.keys(limits).map((name) => [name, [[1, 60]] as [number, number][]]),
    )
    const strict = startApp((deps) => ({
      ...meter(deps),
      archive,
      settings: { ...deps.settings, RATE_LIMITS },
    }))
    for (const { name, method, path } of open.filter(({ facet }) => facet.limit)) {
      await strict.send(method, path, { json: {} })
      read()
      expect([name, (await strict.send(method, path, { json: {} })).status]).toEqual([name, 429])
      const { objectCalls, d1RoundTrips, rowsRead: _, rowsWritten: __, ...rest } = read()
      expect([name, objectCalls, rest]).toEqual([name, 1, expect.objectContaining({ kvReads: 0 })])
      // The event of the refusal, which is sampled.
      expect(d1RoundTrips).toBeLessThanOrEqual(1)
    }
  })

  test('who bring what looks like a session cost none, on any route', async ({ expect }) => {
    const routes = everyRoute.filter(isFor('bearer'))
    expect(routes.length).toBeGreaterThan(30)
    const secret = `usr_${'A'.repeat(22)}.ses_${'A'.repeat(22)}.${'A'.repeat(43)}.${'A'.repeat(43)}`
    const credentials = [
      {},
      { token: secret },
      { token: `${btoa('{"alg":"ES256","typ":"at+jwt"}')}.${btoa('{"sub":"usr_x"}')}.AAAA` },
      { cookie: `__Host-phantom_session=${secret}` },
    ]
    for (const { name, method, path, facet } of routes) {
      read()
      for (const credential of credentials) {
        const headers = { 'Sec-Fetch-Site': 'same-origin' }
        await app.send(method, path, { ...credential, headers, ip: freshAddress() })
      }
      // A route for anyone as well has counted the one without credentials.
      const { objectCalls, ...rest } = read()
      const counted = facet.security?.includes('none') ? objectCalls : 0
      expect([name, { objectCalls, ...rest }]).toEqual([name, { ...ZERO, objectCalls: counted }])
    }
  })

  test('who bring what looks like an API key cost none, and keep no customer out', async ({
    expect,
  }) => {
    const { id, key } = await madeKey(app, await keyOwner(app))
    const routes = everyRoute.filter(isFor('key'))
    expect(routes.length).toBeGreaterThan(1)
    const security = new PhantomSecurity(
      { ...createExecutionContext(), props: {} } as ConstructorParameters<
        typeof PhantomSecurity
      >[0],
      env,
      meter,
    )
    for (const stranger of [strangersKey(), strangersKey(id), strangersKey(id, key), 'x']) {
      read()
      for (const { method, path } of routes) {
        for (const _ of times) {
          const headers = { 'X-API-Key': stranger }
          const answer = await app.send(method, path, { json: {}, headers })
          expect([path, answer.status]).toEqual([path, 401])
        }
      }
      expect(await security.verifyApiKey(stranger)).toMatchObject({ active: false })
      expect(read()).toEqual(ZERO)
    }
    expect((await verifyKey(app, key)).status).toBe(200)
  })

  test('who ask for what is not there cost none', async ({ expect }) => {
    read()
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['GET', '/api/nothing/'],
      ['DELETE', '/api/auth/login/'],
      ['OPTIONS', '/api/users/me/'],
    ] as const) {
      await app.send(method, path, { ip: freshAddress() })
    }
    expect(read()).toEqual(ZERO)
  })
})
