import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type LimitClass, limits } from '../../../src/platform/http/rate-limit'
import { rolesWith } from '../../../src/roles/permissions'
import { type App, refresh, signedIn } from '../../support/acts'
import { insertUser, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { everyRoute } from '../../support/guarded-routes'

/** One of each class in an hour, so that the second one is refused. */
const oneEach = () =>
  startApp((deps) => {
    const once = Object.keys(limits).map((name) => [name, [[1, 3600]]])
    const RATE_LIMITS = Object.fromEntries(once) as typeof deps.settings.RATE_LIMITS
    return { ...deps, settings: { ...deps.settings, RATE_LIMITS } }
  })

/** Every route that takes a session and may change something. */
const routes = everyRoute.filter(
  ({ method, facet }) =>
    facet.security?.includes('bearer') && (method !== 'GET' || facet.limit !== undefined),
)

/** A call of each class that changes nothing of the account. */
const harmless: Readonly<Partial<Record<LimitClass, [method: string, path: string]>>> = {
  login: ['POST', '/api/auth/step-up'],
  codes: ['POST', '/api/auth/step-up/verify'],
  sign_up: ['POST', '/api/users/create'],
  mail: ['POST', '/api/users/change-email'],
  account: ['PUT', '/api/users/update'],
  merchant: ['POST', '/api/merchants/me'],
  uploads: ['POST', '/api/merchants/me/documents'],
  admin: ['PATCH', '/api/admin/users/usr_none'],
  refresh: ['POST', '/api/auth/logout'],
}

const call = (app: App, [method, path]: readonly [string, string], token: string) =>
  app.send(method, path, {
    token,
    ip: freshAddress(),
    ...(!['GET', 'DELETE'].includes(method) && { json: {} }),
  })

test('there are routes to look at', ({ expect }) => {
  expect(routes.length).toBeGreaterThan(40)
})

test.for(routes)(
  '$name counts the account, whatever network it is called from',
  async ({ method, path, facet }, { expect }) => {
    const limitClass = facet.limit as LimitClass | undefined
    const first = limitClass && harmless[limitClass]
    if (!first) throw new Error(`no limit: ${limitClass}`)
    const app = oneEach()
    const [role = 'customer'] = rolesWith(facet.permission ?? 'own_account')
    const user = { id: await insertUser(app, role) }
    const counted = await call(app, first, await tokenFor(app, user))
    expect(counted.body.code).not.toBe('too_many_requests')
    const refused = await call(app, [method, path], await tokenFor(app, user))
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
    const other = { id: await insertUser(app, role) }
    const others = await call(app, first, await tokenFor(app, other))
    expect(others.status).toBe(counted.status)
  },
)

describe('the quota of an account', () => {
  test('E-021: is twenty profile changes an hour from as many networks', async ({ expect }) => {
    const app = startApp()
    const { accessToken: token } = await signedIn(app)
    const change = (count: number) =>
      app.send('PUT', '/api/users/update/', {
        json: { display_name: `Ada ${count}` },
        token,
        ip: freshAddress(),
      })
    for (let count = 1; count <= 20; count += 1) {
      const { status, headers } = await change(count)
      expect([status, headers.get('RateLimit')]).toEqual([
        200,
        expect.stringMatching(`^"account-3600s";r=${20 - count};t=`),
      ])
    }
    const refused = [await change(21), await change(22)]
    expect(refused.map(({ body }) => body.code)).toEqual(['too_many_requests', 'too_many_requests'])
    expect(Number(refused[0]?.headers.get('Retry-After'))).toBeGreaterThan(3500)
  })

  test('E-021: of refreshes is used by those that are good, and not by an old token', async ({
    expect,
  }) => {
    const app = startApp()
    const { userId, refreshToken } = await signedIn(app)
    let token = refreshToken
    for (let count = 0; count < 60; count += 1) {
      const answer = await refresh(app, token)
      expect(answer.status).toBe(200)
      token = answer.body.refresh_token ?? ''
    }
    const refused = await refresh(app, token)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    const { results } = await env.DB.prepare(
      `SELECT user_id, data FROM audit_events
       WHERE event = 'excess_rate_limit_exceeded' AND user_id = ?`,
    )
      .bind(userId)
      .run()
    expect(results).toEqual([{ user_id: userId, data: '{"class":"refresh","count":1}' }])
    app.advance(61)
    expect((await refresh(app, token)).status).toBe(200)
  })
})
