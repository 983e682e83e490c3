import { Hono } from 'hono'
import { describe, test } from 'vitest'
import { apiKey } from '../../../src/api-keys/guard'
import type { AppEnv, Deps } from '../../../src/platform/deps'
import { anyone } from '../../../src/platform/http/guard'
import { headOfOpenRoutes } from '../../../src/platform/http/methods'
import { problemCode } from '../../../src/platform/problems'
import { hasMerchant } from '../../merchants/support'
import { type App, signedIn } from '../../support/acts'
import { hasAdmin } from '../../support/admins'
import { startApp } from '../../support/app'
import { linesDuring, storedText } from '../../support/attack'
import { everyRoute } from '../../support/guarded-routes'
import { pageRoutes, typedRoutes } from '../../support/route-table'

const whoMay: Readonly<Record<string, string>> = { ...typedRoutes, ...pageRoutes }
const reads = Object.entries(whoMay).flatMap(([name, who]) => {
  const [method = '', path = ''] = name.split(' ')
  const route = everyRoute.find((one) => one.name === name)
  return method === 'GET' ? [{ path, at: route?.path ?? path, isOpen: who === 'anyone' }] : []
})
const open = reads.filter(({ isOpen }) => isOpen)
const guarded = reads.filter(({ isOpen }) => !isOpen)

/** Counts what is asked of the Durable Objects and the queue, which `storedText` does not see. */
function watched() {
  let calls = 0
  const counting = <T extends object>(store: T): T =>
    new Proxy(store, {
      get(target, key) {
        calls += 1
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  const app = startApp((deps: Deps) => ({
    ...deps,
    ipLimiters: counting(deps.ipLimiters),
    accountGuards: counting(deps.accountGuards),
    mailQueue: counting(deps.mailQueue),
  }))
  return { app, calls: () => calls }
}

/** Credentials with which each route of a role is open, stepped up a moment ago. */
async function everybody(app: App) {
  const [admin, merchant, ada] = [
    await hasAdmin(app),
    await hasMerchant(app),
    await signedIn(app, 'cookie'),
  ]
  return [{ token: admin.accessToken }, { token: merchant.token }, { cookie: ada.sessionCookie }]
}

/** Of an answer, but for those that differ from one request to the next. */
const headersOf = ({ headers }: { headers: Headers }) =>
  [...headers].filter(([name]) => !/^(x-request-id|content-security-policy)$/.test(name))

/** Two routes for one path: `first` stands before `second`. */
function twoRoutes(first: typeof anyone, second: typeof anyone) {
  const app = new Hono<AppEnv>()
  app.onError((error, c) => c.body(null, problemCode(error) === 'method_not_allowed' ? 405 : 500))
  app.use(headOfOpenRoutes(app))
  app.get('/:id', first, (c) => c.text('first'))
  return app.get('/one', second, (c) => c.text('second'))
}

describe('HEAD', () => {
  test('changes nothing anywhere, not even when a session was used', async ({ expect }) => {
    const { app, calls } = watched()
    const callers = await everybody(app)
    // Longer than a cookie's use goes without being noted.
    app.advance(120)
    const [before, asked] = [await storedText(), calls()]
    for (const { at } of reads) {
      for (const caller of callers) await app.send('HEAD', at, caller)
    }
    expect(await storedText()).toBe(before)
    expect(calls()).toBe(asked)
  })

  test('is taken where anybody may read, with the headers of GET and no body', async ({
    expect,
  }) => {
    const app = startApp()
    expect(open.length).toBeGreaterThan(10)
    for (const { at } of open) {
      const [get, head] = [await app.send('GET', at), await app.send('HEAD', at)]
      // No head has been signed here.
      expect([at, get.status]).toEqual([at, at.endsWith('/audit-head') ? 404 : 200])
      expect([at, head.status, headersOf(head)]).toEqual([at, get.status, headersOf(get)])
      expect(head.text).toBe('')
    }
  })

  test('is refused behind a session like a method that there is not, and Allow says so', async ({
    expect,
  }) => {
    const app = startApp()
    expect(guarded.length).toBeGreaterThan(10)
    const callers = [{}, ...(await everybody(app))]
    for (const { at } of guarded) {
      for (const caller of callers) {
        const lines = await linesDuring(async () => {
          const head = await app.send('HEAD', at, caller)
          expect([at, head.status]).toEqual([at, 405])
          expect(head.headers.get('Allow')?.split(', ')).toContain('GET')
          expect(head.headers.get('Allow')).not.toContain('HEAD')
        })
        expect(lines.map(({ level, event }) => [level, event])).toEqual([['info', 'request']])
      }
    }
    expect((await app.send('HEAD', '/api/nothing/')).status).toBe(404)
    const login = await app.send('HEAD', '/api/auth/login/')
    expect([login.status, login.headers.get('Allow')]).toEqual([405, 'POST'])
    const put = await app.send('PUT', '/api/health/')
    expect(put.headers.get('Allow')).toBe('GET, HEAD')
  })

  test('goes by the guard that is asked, where two routes match a path', async ({ expect }) => {
    const head = async (...guards: Parameters<typeof twoRoutes>) =>
      (await twoRoutes(...guards).request('/one', { method: 'HEAD' })).status
    expect([await head(anyone, apiKey), await head(apiKey, anyone)]).toEqual([200, 405])
  })
})

test('Allow names the methods of each path, as the table of routes has them', async ({
  expect,
}) => {
  const app = startApp()
  for (const [path, routes] of Map.groupBy(everyRoute, (route) => route.path)) {
    const allowed = routes.flatMap(({ name, method }) =>
      method === 'GET' && whoMay[name] === 'anyone' ? ['GET', 'HEAD'] : [method],
    )
    const answer = await app.send('OPTIONS', path)
    const methods = answer.headers.get('Allow')?.split(', ')
    expect([path, answer.status, methods?.toSorted()]).toEqual([path, 405, allowed.toSorted()])
  }
})
