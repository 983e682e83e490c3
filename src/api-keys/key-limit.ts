import { withFacet } from '../platform/http/facets'
import { holdTo } from '../platform/http/rate-limit'
import { takeFromQuota } from './use-key'

/** Counts the request against its key, after the guard `apiKey`. */
export const keyLimit = withFacet(
  { limit: 'api_key', problems: ['too_many_requests'] },
  async function keyLimit(c, next) {
    holdTo(c, 'api_key', await takeFromQuota(c.var.deps, c.var.apiKey))
    return next()
  },
)
