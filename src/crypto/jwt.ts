import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'

const ALGORITHM = 'ES256'
const TYPE = 'at+jwt'

const privateJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  x: z.string().length(43),
  y: z.string().length(43),
  d: z.string().length(43),
})

/** An ES256 key pair as a private JWK (RFC 7517). The first of a list signs; all of them verify. */
export type SigningKey = z.infer<typeof privateJwk>
export const signingKeysSchema = z
  .tuple([privateJwk], privateJwk)
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length)

/** The public half, as it stands in `/.well-known/jwks.json`. */
export const publicJwk = ({ kty, crv, kid, x, y }: SigningKey): JWK => ({
  kty,
  crv,
  kid,
  x,
  y,
  use: 'sig',
  alg: ALGORITHM,
})

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string(),
  role: z.enum(['admin', 'merchant', 'customer']),
  acr: z.string(),
  amr: z.array(z.string()),
  auth_time: z.number().int(),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string(),
})

/** What an access token says (RFC 9068), times in seconds. */
export type AccessClaims = z.infer<typeof claimsSchema>

// Values only: a key once imported serves every request of the isolate. A promise kept here could
// belong to a request that is gone, and hang the others.
const privateKeys = new WeakMap<SigningKey, CryptoKey>()
const publicKeys = new WeakMap<SigningKey, CryptoKey>()

async function importOnce(cache: WeakMap<SigningKey, CryptoKey>, key: SigningKey, jwk: JWK) {
  const known = cache.get(key)
  if (known) return known
  const imported = await importJWK(jwk, ALGORITHM)
  if (imported instanceof Uint8Array) throw new TypeError('a signing key must be asymmetric')
  cache.set(key, imported)
  return imported
}

/** Signs an access token with the newest key. */
export async function signAccessToken(
  keys: readonly [SigningKey, ...SigningKey[]],
  claims: AccessClaims,
): Promise<string> {
  const [key] = keys
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .sign(await importOnce(privateKeys, key, key))
}

/**
 * Verifies an access token: ES256 and nothing else, type `at+jwt`, issuer, audience, times, and a key
 * of our own set named by `kid`; `jku`, `jwk`, `x5u` and `x5c` are never looked at (RFC 8725 §3).
 * Returns `undefined` for every other token, without saying why.
 */
export async function verifyAccessToken(
  keys: readonly SigningKey[],
  token: string,
  expected: { issuer: string; audience: string; now: Date },
): Promise<AccessClaims | undefined> {
  if (!isCanonical(token)) return undefined
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = keys.find((candidate) => candidate.kid === kid)
        if (!key) throw new TypeError('unknown kid')
        return importOnce(publicKeys, key, publicJwk(key))
      },
      {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: expected.issuer,
        audience: expected.audience,
        currentDate: expected.now,
        requiredClaims: ['exp', 'iat', 'sub', 'sid', 'jti'],
      },
    )
    const claims = claimsSchema.safeParse(payload)
    if (!claims.success || claims.data.iat > expected.now.getTime() / 1000 + MAX_SKEW_SECONDS) {
      return undefined
    }
    return claims.data
  } catch {
    return undefined
  }
}

/** An edge whose clock runs a little ahead may have signed the token. */
const MAX_SKEW_SECONDS = 5
const MAX_TOKEN_LENGTH = 2048
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/

/**
 * Whether a token is spelled the one way in which we spell it: compact form, and no stray bits at the
 * end of a part, which would give one token several spellings (RFC 4648 §3.5).
 */
function isCanonical(token: string): boolean {
  if (token.length > MAX_TOKEN_LENGTH || !COMPACT.test(token)) return false
  return token
    .split('.')
    .every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
