import { describe, test } from 'vitest'
import { roles } from '../../src/platform/db/schema'
import { type PermissionName, permissions } from '../../src/roles/permissions'
import { insertUser, tokenFor } from '../support/admins'
import { type Answer, startApp } from '../support/app'
import { everyRoute, guardedRoutes } from '../support/guarded-routes'

/** What the guard said: who is refused, for what, and who came past it. */
function verdictOf({ status, body }: Answer) {
  if (status === 401 && body.code === 'unauthorized') return 'sign in'
  if (status === 403 && body.code === 'forbidden') return 'forbidden'
  if (status === 401 && body.code === 'insufficient_user_authentication') return 'two factors'
  if (status === 401 && body.code === 'invalid_access_token') return 'no session'
  if (status === 429) return 'limited'
  return 'passed'
}

describe('every role on every route', () => {
  test('a guarded route asks for a permission, and there are many', ({ expect }) => {
    expect(guardedRoutes.length).toBeGreaterThan(30)
    // Where credentials are asked for and there is no choice to come without.
    const asking = everyRoute.filter(({ facet }) =>
      facet.security?.some((scheme) => scheme === 'bearer' || scheme === 'cookie'),
    )
    const optional = asking.filter(({ facet }) => facet.security?.includes('none'))
    const named = new Set([...guardedRoutes, ...optional].map(({ name }) => name))
    expect(asking.filter(({ name }) => !named.has(name)).map(({ name }) => name)).toEqual([])
    expect(optional.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POST /api/users/create']),
    )
  })

  test('every permission is asked for somewhere', ({ expect }) => {
    const asked = new Set<string>(guardedRoutes.map(({ permission }) => permission))
    expect(Object.keys(permissions).filter((name) => !asked.has(name))).toEqual([])
  })

  test.for(guardedRoutes)(
    '$name: $permission',
    async ({ method, path, permission }, { expect }) => {
      const app = startApp()
      const send = (token?: string) =>
        app.send(method, path, {
          token,
          ...(!['GET', 'DELETE'].includes(method) && { json: {} }),
        })
      expect(verdictOf(await send())).toBe('sign in')
      const { roles: allowed, needsAal2 } = permissions[permission as PermissionName]
      const callers = roles.flatMap((role) => [
        { role, second: 'email' as const },
        { role, second: 'totp' as const },
      ])
      await Promise.all(
        callers.map(async ({ role, second }) => {
          const user = { id: await insertUser(app, role) }
          const verdict = verdictOf(await send(await tokenFor(app, user, second)))
          const isAllowed = (allowed as readonly string[]).includes(role)
          const isEnough = second === 'totp' || !needsAal2
          const expected = isAllowed ? (isEnough ? 'passed' : 'two factors') : 'forbidden'
          expect([role, second, verdict]).toEqual([role, second, expected])
        }),
      )
    },
  )
})
