import * as z from 'zod'
import type { AccessToken } from './access-token'

/** The token answer of RFC 6749 §5.1, with the id of the session. */
export const tokensAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds'),
  refresh_token: z.string(),
  session_id: z.string(),
})

export const tokensOf = (session: {
  sessionId: string
  access: AccessToken
  refreshToken: string
}) => ({
  access_token: session.access.token,
  token_type: 'Bearer' as const,
  expires_in: session.access.expiresInSeconds,
  refresh_token: session.refreshToken,
  session_id: session.sessionId,
})
