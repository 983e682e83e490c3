import type { Context } from 'hono'
import type { AppEnv } from '../context'
import { problem } from '../problems'

/** The values of `Sec-Fetch-Site` that mean another page, or none, than ours (Fetch Metadata §2.4). */
const FOREIGN = new Set(['cross-site', 'same-site', 'none'])

/**
 * Refuses a request that no page of ours has sent. For whatever a cookie speaks for, since browsers add
 * cookies to requests of any page.
 *
 * `same-site` is foreign as well: a sibling host may be anybody's. Browsers without Fetch Metadata, and
 * values that are not invented yet, are judged by `Origin`; a request that says neither is refused.
 */
export function requireSameOrigin(c: Context<AppEnv>): void {
  const site = c.req.header('Sec-Fetch-Site')
  if (site === 'same-origin') return
  const isForeign = site !== undefined && FOREIGN.has(site)
  if (isForeign || c.req.header('Origin') !== c.get('deps').settings.PUBLIC_URL) {
    throw problem('cross_site_request', {
      reason: `Sec-Fetch-Site: ${isForeign ? site : 'absent'}`,
    })
  }
}

/**
 * Refuses a read that a page of another host has caused: with a cookie it may record an export, and
 * it notes that the session was used. An address that is typed, and a client that is no browser,
 * need no proof: no page chose the moment.
 */
export function refuseOtherSites(c: Context<AppEnv>): void {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== 'cross-site' && site !== 'same-site') return
  throw problem('cross_site_request', { reason: `Sec-Fetch-Site: ${site}` })
}
