import type { Context, Hono, Next } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { AppEnv } from '../deps'
import { problem } from '../problems'
import { preflight } from './cors'
import { anyone, isGuard } from './guard'

type App = Pick<Hono<AppEnv>, 'routes' | 'router'>

/**
 * Answers what no route has answered: 405 where the path is known with another method, 404
 * elsewhere. The router itself is asked, so the two can never differ about a path. Headers and
 * fields that claim another method (`X-HTTP-Method-Override`, `_method`) are read nowhere.
 */
export function notFound(app: App) {
  let methods: readonly string[] | undefined
  return function notFound(c: Context<AppEnv>): Response {
    methods ??= [...new Set(app.routes.map(({ method }) => method))].filter(isMethod)
    const allowed = methods.flatMap((method) => {
      const handlers = handlersOf(app, method, c.req.path)
      if (handlers.length === 0) return []
      return method === 'GET' && isOpen(handlers) ? ['GET', 'HEAD'] : [method]
    })
    if (allowed.length === 0) throw problem('not_found')
    const answer = preflight(c, allowed)
    if (answer) return answer
    throw problem('method_not_allowed', { headers: { Allow: allowed.join(', ') } })
  }
}

/**
 * Takes HEAD where anybody may GET, and nowhere else. Hono answers it by running the GET route, and
 * behind a session that may record, count or make something; HEAD must change nothing (RFC 9110
 * §9.2.1). Before the guard, which notes that the session was used.
 */
export function headOfOpenRoutes(app: App) {
  const refuse = notFound(app)
  return function headOfOpenRoutes(c: Context<AppEnv>, next: Next) {
    const isRefused = c.req.method === 'HEAD' && !isOpen(matchedRoutes(c).map((r) => r.handler))
    return isRefused ? Promise.resolve(refuse(c)) : next()
  }
}

/** `ALL` is how Hono registers middleware, which stands on every path. */
const isMethod = (method: string) => method !== 'ALL'

const handlersOf = ({ router }: App, method: string, path: string): object[] =>
  router
    .match(method, path)[0]
    .flatMap(([[handler, route]]) => (isMethod(route.method) ? [handler] : []))

/** Whether anyone may call: where several routes match a path, the guard of the first decides. */
const isOpen = (handlers: readonly object[]): boolean => handlers.find(isGuard) === anyone
