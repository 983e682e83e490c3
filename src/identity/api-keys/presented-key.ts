import type { Context } from 'hono'
import type { AppEnv } from '../../platform/deps'
import { problem } from '../../platform/problems'
import type { ApiKey } from './find-key'
import { useKey } from './use-key'

export const API_KEY_HEADER = 'X-API-Key'

const BEARER = /^bearer (\S+)$/i

/**
 * The API key of a request, by one of the two headers; not by both, which could be read
 * differently.
 */
export async function presentedKey(c: Context<AppEnv>): Promise<ApiKey> {
  const authorization = c.req.header('Authorization')
  const header = c.req.header(API_KEY_HEADER)
  if (authorization === undefined && header === undefined) throw problem('unauthorized')
  if (authorization !== undefined && header !== undefined) {
    throw problem('invalid_api_key', { reason: 'two credentials' })
  }
  return useKey(c.var.deps, header ?? BEARER.exec(authorization ?? '')?.[1] ?? '')
}
