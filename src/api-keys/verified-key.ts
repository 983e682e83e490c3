import * as z from 'zod'
import { roles } from '../platform/db/schema'
import type { ApiKey } from './find-key'
import { scope } from './scopes'

/** What other services are told of a key that is good. */
export const verifiedKey = z.object({
  active: z.literal(true),
  owner: z.string().describe('User id'),
  role: z.enum(roles),
  key_id: z.string(),
  scopes: z.array(scope),
  expires_at: z.iso.datetime().describe('Sooner than the list says for a key that was rotated'),
})

export const verifiedKeyOf = (key: ApiKey): z.output<typeof verifiedKey> => ({
  active: true,
  owner: key.owner.id,
  role: key.owner.role,
  key_id: key.id,
  scopes: [...key.scopes],
  expires_at: key.expiresAt.toISOString(),
})
