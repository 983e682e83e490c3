import { describe, test } from 'vitest'
import * as z from 'zod'
import { createApp } from '../../src/app'
import { hasAdmin, insertUser, REASON, tokenFor } from '../support/admins'
import { me, signedIn } from '../support/acts'
import { ORIGIN, startApp } from '../support/app'
import { everyRoute } from '../support/guarded-routes'

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

/** What a client may put where an id belongs: nothing, or what a URL takes for that or a way up. */
const NO_IDS = ['', ' ', '.', '..', '%2e', '%2E%2e', '.%2e', '.\t.', '..\\', '#', '?']

/** The routes that a path comes to once it was made plain, as every path is (WHATWG URL, §4.4). */
function routesOf(method: string, path: string): string[] {
  const { pathname } = new URL(path, ORIGIN)
  // Cloudflare can merge slashes, by a setting of the zone.
  return [pathname, pathname.replace(/\/{2,}/g, '/')].flatMap((plain) => {
    const [handlers] = app.router.match(method, plain.replace(/\/$/, ''))
    const matched = handlers.find(([[, route]]) => isMethod(route))
    return matched ? [`${method} ${matched[0][1].path}`] : []
  })
}

/** A pattern with its ids in all the ways in which they can be good or none. */
const filled = (pattern: string): string[] => {
  const [parameter, prefix = ''] = /:\w+(?:\{(\w+_)[^/]*\})?/.exec(pattern) ?? []
  if (parameter === undefined) return [pattern]
  return [...NO_IDS, `${prefix}${'A'.repeat(22)}`].flatMap((id) =>
    filled(pattern.replace(parameter, () => id)),
  )
}

/** Each act that comes to another act when an id is none: `from → to`. */
const detours = new Set(
  acts.flatMap((act) => {
    const [method = '', pattern = ''] = act.split(' ')
    return filled(pattern)
      .flatMap((path) => [path, `${path}/`].flatMap((spelling) => routesOf(method, spelling)))
      .flatMap((to) => (to === act ? [] : [`${act} → ${to}`]))
  }),
)

/** Each asks in its body for whom or what it is, which the act that it came from does not take. */
const ASKS_FOR = {
  ...Object.fromEntries(
    ['disable', 'enable', 'unlock', 'end-sessions', 'reset-password'].map((act) => [
      `POST /api/admin/users/:id/${act} → POST /api/admin/users/${act}`,
      ['user_ids'],
    ]),
  ),
  'POST /api/admin/users/:id/end-sessions → POST /api/admin/end-sessions': ['everyone'],
  'POST /api/api-keys/:id{key_[0-9A-Za-z]+}/rotate → POST /api/api-keys': ['name', 'scopes'],
}

/** Own things alone, and the safe side of them: what ends can be had again by signing in. */
const ENDS_OWN = [
  'DELETE /api/auth/sessions/:id{ses_[A-Za-z0-9_-]+} → DELETE /api/auth/sessions',
  'DELETE /api/auth/devices/:id{dev_[A-Za-z0-9_-]+} → DELETE /api/auth/devices',
]

/** What an act behind a session takes as said where its body leaves a field out. */
const LEFT_OUT = {
  // As it was.
  'PUT /api/users/update': 'display_name locale username',
  'POST /api/merchants/me':
    'address contact_name country legal_name phone ' +
    'registration_number tax_number trading_name website',
  // What is usual for a new one.
  'POST /api/users/enable-2fa': 'name',
  'POST /api/api-keys': 'allowed_ips expires_in_days',
  'POST /api/api-keys/:id{key_[0-9A-Za-z]+}/rotate': 'expires_in_days overlap_seconds',
  // Whatever the merchant has changed meanwhile: what is meant is the merchant.
  'POST /api/admin/merchants/:userId/suspend': 'version',
  'POST /api/admin/merchants/:userId/reinstate': 'version',
  // All of them (decision 034).
  'POST /api/users/enable-2fa/disable': 'id',
}

const bodyOf = (name: string) => everyRoute.find((route) => route.name === name)?.facet.body

const fieldsOf = (body: z.ZodType | undefined) =>
  Object.entries(body instanceof z.ZodObject ? body.shape : {}).map(([name, field]) => ({
    name,
    isNeeded: !z.safeParse(field, undefined).success,
  }))

describe('an id that is none', () => {
  test('turns an act into no other but these', ({ expect }) => {
    expect(acts.length).toBeGreaterThan(15)
    expect([...detours].toSorted()).toEqual([...Object.keys(ASKS_FOR), ...ENDS_OWN].toSorted())
  })

  test.for(Object.entries(ASKS_FOR))('%s: which asks for more', ([detour, wanted], { expect }) => {
    const [from, to] = detour.split(' → ').map((name) => fieldsOf(bodyOf(name)))
    expect(to?.filter(({ isNeeded }) => isNeeded).map(({ name }) => name)).toEqual(
      expect.arrayContaining(wanted),
    )
    expect(from?.filter(({ name }) => wanted.includes(name))).toEqual([])
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
      const isRefused = [400, 404, 405].includes(answer.status)
      expect([id, isRefused, (await me(app, { token: accessToken })).status]).toEqual([
        id,
        true,
        200,
      ])
    }
    for (const everyone of [undefined, false, 'true', 1, null]) {
      const json = { reason: REASON, ...(everyone !== undefined && { everyone }) }
      const all = await app.post('/api/admin/users/../end-sessions/', json, { token })
      expect(all.body['errors']).toEqual([
        { pointer: '#/everyone', detail: 'must be true: this ends the sessions of everybody else' },
      ])
    }
    const own = `/api/admin/users/${meant}/end-sessions/`
    expect((await app.post(own, { reason: REASON }, { token })).status).toBe(204)
    const everybody = { reason: REASON, everyone: true }
    expect((await app.post('/api/admin/end-sessions/', everybody, { token })).status).toBe(200)
    expect((await me(app, { token: accessToken })).status).toBe(401)
  })
})

describe('a field of an act', () => {
  test('that is left out means all in one act alone', ({ expect }) => {
    const found = everyRoute.flatMap(({ name, facet: { permission, body } }) => {
      const left = permission ? fieldsOf(body).filter(({ isNeeded }) => !isNeeded) : []
      const names = left.map((field) => field.name).toSorted()
      return left.length > 0 ? [[name, names.join(' ')]] : []
    })
    expect(Object.fromEntries(found)).toEqual(LEFT_OUT)
  })

  test('that the act does not know is refused', ({ expect }) => {
    const bodies = everyRoute.flatMap(({ name, facet: { body } }) => (body ? [{ name, body }] : []))
    expect(bodies.length).toBeGreaterThan(40)
    for (const { name, body } of bodies) {
      const { error } = body.safeParse({ nobody_reads_this: true })
      const codes = error?.issues.map(({ code }) => code)
      expect([name, codes]).toEqual([name, expect.arrayContaining(['unrecognized_keys'])])
    }
  })

  test('of a query is refused where it is empty, and lets nothing more through', ({ expect }) => {
    const taken = everyRoute.flatMap(({ name, facet: { query } }) =>
      Object.keys(query?.shape ?? {}).flatMap((key) =>
        query?.safeParse({ [key]: '' }).success ? [`${name}: ${key}`] : [],
      ),
    )
    expect(taken).toEqual([])
    expect(everyRoute.filter(({ facet }) => facet.query).length).toBeGreaterThan(4)
  })
})
