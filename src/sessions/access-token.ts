import { signAccessToken } from '../platform/crypto/jwt'
import { randomToken } from '../platform/crypto/token'
import { type Role } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import type { Assurance } from './assurance'
import { ACCESS_TOKEN_SECONDS } from './lifetimes'

export type AccessToken = Readonly<{ token: string; expiresInSeconds: number }>

type SessionClaims = Assurance &
  Readonly<{ id: string; user: { id: string; role: Role }; authTime: Date }>

/** Makes an access token (RFC 9068) that says of a session what other services need to know. */
export async function accessTokenFor(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  { id, user, authTime, acr, amr }: SessionClaims,
): Promise<AccessToken> {
  const issuedAt = Math.floor(now().getTime() / 1000)
  const token = await signAccessToken(settings.SIGNING_KEYS, {
    iss: settings.ISSUER,
    aud: settings.AUDIENCE,
    sub: user.id,
    sid: id,
    role: user.role,
    acr,
    amr: [...amr],
    auth_time: Math.floor(authTime.getTime() / 1000),
    iat: issuedAt,
    exp: issuedAt + ACCESS_TOKEN_SECONDS,
    jti: randomToken(),
  })
  return { token, expiresInSeconds: ACCESS_TOKEN_SECONDS }
}
