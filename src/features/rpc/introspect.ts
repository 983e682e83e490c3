import * as z from 'zod'
import { sessionOfToken } from '../../identity/credentials/session-of-token'
import { roles } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'

/** RFC 7662 §2.2. */
export const introspection = z.union([
  z.object({
    active: z.literal(true),
    token_type: z.literal('Bearer'),
    iss: z.string(),
    aud: z.string(),
    sub: z.string(),
    sid: z.string(),
    role: z.enum(roles),
    acr: z.enum(['aal1', 'aal2']),
    amr: z.array(z.string()),
    auth_time: z.int(),
    iat: z.int(),
    exp: z.int(),
    jti: z.string(),
  }),
  z.strictObject({ active: z.literal(false) }),
])

export type Introspection = z.output<typeof introspection>

/**
 * What an access token is good for at this moment, its session asked for. Of a token that is not
 * good, of one of another kind and of garbage it tells the same: nothing.
 */
export async function introspect(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  token: string,
): Promise<Introspection> {
  const live = await sessionOfToken(deps, token)
  if ('refused' in live) return { active: false }
  const { claims, session } = live
  const { iss, aud, sub, sid, auth_time, iat, exp, jti } = claims
  return {
    active: true,
    token_type: 'Bearer',
    iss,
    aud,
    sub,
    sid,
    auth_time,
    iat,
    exp,
    jti,
    role: session.user.role,
    acr: session.acr,
    amr: [...session.amr],
  }
}
