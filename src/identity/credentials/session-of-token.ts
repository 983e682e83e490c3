import { type AccessClaims, verifyAccessToken } from '../../platform/crypto/jwt'
import type { Deps } from '../../platform/deps'
import { type CurrentSession, findSession } from './find-session'

/** What an access token stands for now. */
export type LiveToken = Readonly<{ claims: AccessClaims; session: CurrentSession }>

/**
 * The session behind an access token, as the database has it at this moment: a token that verifies
 * is good for nothing once its session has ended. The text of a refusal is for the log.
 */
export async function sessionOfToken(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  token: string,
): Promise<LiveToken | { refused: 'not verified' | 'session over' | 'role' | 'replaced' }> {
  const claims = await verifyAccessToken(deps.settings.SIGNING_KEYS, token, {
    issuer: deps.settings.ISSUER,
    audience: deps.settings.AUDIENCE,
    now: deps.now(),
  })
  if (!claims) return { refused: 'not verified' }
  const session = await findSession(deps, { userId: claims.sub, sessionId: claims.sid })
  if (session?.transport !== 'bearer') return { refused: 'session over' }
  // A role that has changed since is a token that lies about its holder.
  if (session.user.role !== claims.role) return { refused: 'role' }
  // One from before a step-up is a copy that must not share in it.
  const authTime = Math.floor(session.authTime.getTime() / 1000)
  return authTime === claims.auth_time ? { claims, session } : { refused: 'replaced' }
}
