import type { Context, Next } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { AppEnv } from '../deps'
import { problem } from '../problems'
import { facetOf } from './facets'

/**
 * Refuses a query string, but on lists that are paged by one: fields travel in the body and
 * credentials in a header, since URLs end in logs, histories and caches. So a token in the URL is
 * told at once that it must not be there (RFC 6750 §2.3), and `next=` redirects nobody. Pages are
 * left out: mail programs and ad networks add parameters to links, which are ignored there.
 */
export function noQuery(c: Context<AppEnv>, next: Next) {
  if (c.req.url.includes('?') && !takesQuery(c)) {
    const detail =
      'no parameters in the URL: fields go into the body, credentials into Authorization'
    throw problem('invalid_request', { errors: [{ pointer: '#', code: 'query', detail }] })
  }
  return next()
}

const takesQuery = (c: Context<AppEnv>): boolean =>
  matchedRoutes(c).some(({ handler }) => facetOf(handler)?.query !== undefined)
