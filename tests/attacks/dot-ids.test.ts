import { describe, test } from 'vitest'
import { createApp } from '../../src/app'
import { facetOf } from '../../src/http/facets'
import { hasAdmin, insertUser, REASON, tokenFor } from '../support/admins'
import { me, signedIn } from '../support/acts'
import { ORIGIN, startApp } from '../support/app'

const app = createApp()
const isMethod = ({ method }: { method: string }) => method !== 'ALL'
const acts = [
  ...new Set(
    app.routes.filter(isMethod).flatMap(({ method, path }) => {
      const changes = method !== 'GET' && path.includes(':')
      return changes ? [`${method} ${path}`] : []
    }),
  ),
]

/** What a client may put where an id belongs: nothing, or what a URL takes for a way up. */
const NO_IDS = ['', '.', '..', '%2e', '%2E%2e', '.%2e']

/** The route that a path comes to once it was made plain, as every path is (WHATWG URL, §4.4). */
function routeOf(method: string, path: string): string | undefined {
  const pathname = new URL(path, ORIGIN).pathname.replace(/\/$/, '')
  const matched = app.router.match(method, pathname)[0].find(([[, route]]) => isMethod(route))
  return matched && `${method} ${matched[0][1].path}`
}

/** Each act that comes to another act when an id is none: `from → to`. */
const detours = new Set(
  acts.flatMap((act) => {
    const [method = '', pattern = ''] = act.split(' ')
    const parameters = pattern.match(/:\w+(?:\{[^/]*\})?/g) ?? []
    return parameters.flatMap((parameter) =>
      NO_IDS.flatMap((id) => {
        const path = pattern.replace(parameter, id).replace(/:\w+(?:\{[^/]*\})?/g, 'other')
        return [path, `${path}/`].flatMap((spelling) => {
          const to = routeOf(method, spelling)
          return to === undefined || to === act ? [] : [`${act} → ${to}`]
        })
      }),
    )
  }),
)

/** Each takes a body that names whom it means; the act that it came from does not take that. */
const ASKS_WHOM = [
  ...['disable', 'enable', 'unlock', 'end-sessions', 'reset-password'].map(
    (act) => `POST /api/admin/users/:id/${act} → POST /api/admin/users/${act}`,
  ),
  'POST /api/admin/users/:id/end-sessions → POST /api/admin/end-sessions',
]

/** Own things alone, and the safe side of them: what ends can be had again by signing in. */
const ENDS_OWN = [
  'DELETE /api/auth/sessions/:id{ses_[A-Za-z0-9_-]+} → DELETE /api/auth/sessions',
  'DELETE /api/auth/devices/:id{dev_[A-Za-z0-9_-]+} → DELETE /api/auth/devices',
]

describe('an id that is none', () => {
  test('turns an act into no other but these', ({ expect }) => {
    expect(acts.length).toBeGreaterThan(15)
    expect([...detours].toSorted()).toEqual([...ASKS_WHOM, ...ENDS_OWN].toSorted())
  })

  test.for(ASKS_WHOM)('%s: which asks in its body for whom', (detour, { expect }) => {
    const [from = '', to = ''] = detour.split(' → ').map((name) => {
      const [method, path] = name.split(' ')
      const handlers = app.routes.filter((one) => one.method === method && one.path === path)
      const schema = handlers.map(({ handler }) => facetOf(handler)?.body).find(Boolean)
      return Object.keys((schema as { shape?: object } | undefined)?.shape ?? {}).join()
    })
    expect([from, to]).toEqual([
      'reason',
      expect.stringMatching(/^(user_ids,reason|reason,everyone)$/),
    ])
  })

  test('ends nobody’s session but the one that was meant', async ({ expect }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const { accessToken } = await signedIn(app)
    const meant = await insertUser(app, 'customer')
    const token = await tokenFor(app, admin)
    for (const id of NO_IDS) {
      const answer = await app.post(
        `/api/admin/users/${id}/end-sessions/`,
        { reason: REASON },
        { token },
      )
      const isRefused = [400, 404].includes(answer.status)
      expect([id, isRefused, (await me(app, { token: accessToken })).status]).toEqual([
        id,
        true,
        200,
      ])
    }
    const all = await app.post('/api/admin/users/../end-sessions/', { reason: REASON }, { token })
    expect(all.body['errors']).toEqual([
      { pointer: '#/everyone', detail: 'must be true: this ends the sessions of everybody else' },
    ])
    const own = `/api/admin/users/${meant}/end-sessions/`
    expect((await app.post(own, { reason: REASON }, { token })).status).toBe(204)
    const everybody = { reason: REASON, everyone: true }
    expect((await app.post('/api/admin/end-sessions/', everybody, { token })).status).toBe(200)
    expect((await me(app, { token: accessToken })).status).toBe(401)
  })
})
