import { test } from 'vitest'
import type { Facet } from '../../src/platform/http/facets'
import { everyRoute } from '../support/guarded-routes'
import { pageRoutes, typedRoutes } from '../support/route-table'

function whoMay({ permission, security }: Facet): string {
  if (!security) return 'nobody says'
  if (permission) return security.includes('cookie') ? permission : `${permission} by token`
  if (security.includes('key')) return 'API key'
  return security.length === 0 ? 'anyone' : 'perhaps'
}

test('E-108: every route is for whom the table says, none is missing from it, and none is left in it', ({
  expect,
}) => {
  const known = Object.fromEntries(everyRoute.map(({ name, facet }) => [name, whoMay(facet)]))
  expect(known).toEqual({ ...typedRoutes, ...pageRoutes })
})
