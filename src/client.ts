import { hc } from 'hono/client'
import type { App } from './app'

export { parseResponse } from 'hono/client'

/**
 * A typed client of the API, for TypeScript: paths, bodies and answers are those of the routes
 * themselves, so that a change of one is an error of the compiler in the other. `parseResponse`
 * gives the body of a good answer and throws for a refusal.
 *
 *     const { api } = phantomSecurity('https://auth.phantom.example')
 *     await parseResponse(api.users.me.$get({}, { headers: { Authorization: `Bearer ${token}` } }))
 */
export const phantomSecurity = (url: string, options?: Parameters<typeof hc>[1]) =>
  hc<App>(url, options)
