import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../deps'
import { type Facet, withFacet } from './facets'

const guards = new WeakSet<object>()

/**
 * Who may call a route. tests/every-route.test.ts fails on a route that does not start with one.
 */
export const isGuard = (handler: object): boolean => guards.has(handler)

/** Makes a middleware a guard, and describes it. */
export function guard(facet: Facet, handler: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> {
  guards.add(handler)
  return withFacet(facet, handler)
}

/** Says out loud that a route is open to the world. */
export const anyone = guard({ security: [] }, function anyone(_c, next) {
  return next()
})
