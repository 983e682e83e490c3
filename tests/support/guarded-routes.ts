import { createApp } from '../../src/app'
import { type Facet, facetOf } from '../../src/platform/http/facets'

const routes = createApp().routes.filter(({ method }) => method !== 'ALL')

/** Every route with a path that it takes, and what its handlers say of it. */
export const everyRoute = [...Map.groupBy(routes, ({ method, path }) => `${method} ${path}`)].map(
  ([name, handlers]) => {
    const [method = '', path = ''] = name.split(' ')
    const facet: Facet = Object.assign({}, ...handlers.map(({ handler }) => facetOf(handler)))
    return { name, method, path: withParameters(path), facet }
  },
)

/** Those that ask for a session. */
export const guardedRoutes = everyRoute.flatMap(({ facet, ...route }) =>
  facet.permission ? [{ ...route, permission: facet.permission }] : [],
)

/** `:id{ses_[A-Za-z]+}` takes `ses_` and letters, `:file` one that there is, `:id` anything. */
function withParameters(path: string): string {
  return path
    .replace(/:file\{[^/]*\}/, 'base.css')
    .replace(/:\w+\{(\w+_)\[[^\]]+\](?:\+|\{22\})\}/g, `$1${'A'.repeat(22)}`)
    .replace(/:\w+/g, 'none')
}
