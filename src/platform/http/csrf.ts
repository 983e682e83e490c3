import type { Context } from 'hono'
import type { AppEnv } from '../deps'
import { problem } from '../problems'

/** The values of `Sec-Fetch-Site` that mean a page of another host (Fetch Metadata §2.4). */
const OTHER_HOSTS = ['cross-site', 'same-site']
/** Those that mean no page of ours: an address that was typed, too. */
const FOREIGN = new Set([...OTHER_HOSTS, 'none'])

/**
 * Refuses a request that no page of ours has sent. For whatever a cookie speaks for, since browsers
 * add cookies to requests of any page.
 *
 * `same-site` is foreign as well: a sibling host may be anybody's. Browsers without Fetch Metadata,
 * and values that are not invented yet, are judged by `Origin`; a request that says neither is
 * refused.
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
 * need no proof: no page chose the moment. `Origin`, which a page of our own does not send with a
 * read, tells of browsers without Fetch Metadata.
 */
export function refuseOtherSites(c: Context<AppEnv>): void {
  const [site = 'absent', origin] = [c.req.header('Sec-Fetch-Site'), c.req.header('Origin')]
  const isOtherOrigin = origin !== undefined && origin !== c.get('deps').settings.PUBLIC_URL
  if (!isOtherOrigin && !OTHER_HOSTS.includes(site)) return
  throw problem('cross_site_request', { reason: `Sec-Fetch-Site: ${site}` })
}
