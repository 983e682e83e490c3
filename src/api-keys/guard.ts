import { guard } from '../platform/http/guard'
import type { ApiKey } from './find-key'
import { presentedKey } from './presented-key'

declare module 'hono' {
  interface ContextVariableMap {
    apiKey: ApiKey
  }
}

/** A server with an API key that is good; never a session, as no other route takes a key. */
export const apiKey = guard(
  { security: ['key'], problems: ['unauthorized', 'invalid_api_key'] },
  async function apiKey(c, next) {
    c.set('apiKey', await presentedKey(c))
    return next()
  },
)
