import type { Context, Hono } from 'hono'
import type { AppEnv } from '../context'
import { problem } from '../problems'
import { preflight } from './cors'

type App = Pick<Hono<AppEnv>, 'routes' | 'router'>

/**
 * Answers what no route has answered: 405 where the path is known with another method, 404 elsewhere.
 * The router itself is asked, so the two can never differ about a path. Headers and fields that claim
 * another method (`X-HTTP-Method-Override`, `_method`) are read nowhere.
 */
export function notFound(app: App) {
  let methods: readonly string[] | undefined
  return function notFound(c: Context<AppEnv>): Response {
    methods ??= [...new Set(app.routes.map(({ method }) => method))].filter(isMethod)
    const allowed = methods.filter((method) => isRoute(app, method, c.req.path))
    if (allowed.length === 0) throw problem('not_found')
    // Hono answers HEAD by the GET route, without the body.
    const all = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    const answer = preflight(c, all)
    if (answer) return answer
    throw problem('method_not_allowed', { headers: { Allow: all.join(', ') } })
  }
}

/** `ALL` is how Hono registers middleware, which stands on every path. */
const isMethod = (method: string) => method !== 'ALL'

const isRoute = ({ router }: App, method: string, path: string): boolean =>
  router.match(method, path)[0].some(([[, route]]) => isMethod(route.method))
