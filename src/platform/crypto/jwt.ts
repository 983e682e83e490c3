import { compactVerify, importJWK, type JWK, SignJWT } from 'jose'
import * as z from 'zod'

const ALGORITHM = 'ES256'
const TYPE = 'at+jwt'

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const privateJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  x: coordinate,
  y: coordinate,
  d: coordinate,
})

/** An ES256 key pair as a private JWK (RFC 7517). The first of a list signs; all of them verify. */
export type SigningKey = z.infer<typeof privateJwk>
export const signingKeysSchema = z
  .tuple([privateJwk], privateJwk)
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length)

/** The public half, as it stands in `/.well-known/jwks.json`. */
export const publicJwkSchema = privateJwk
  .omit({ d: true })
  .extend({ use: z.literal('sig'), alg: z.literal(ALGORITHM) })

export const publicJwk = ({ kty, crv, kid, x, y }: SigningKey) =>
  ({ kty, crv, kid, x, y, use: 'sig', alg: ALGORITHM }) as const satisfies JWK

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string(),
  role: z.enum(['admin', 'merchant', 'customer']),
  acr: z.string(),
  amr: z.array(z.string()),
  auth_time: z.int(),
  iat: z.int(),
  exp: z.int(),
  jti: z.string(),
})

/** What an access token says (RFC 9068), times in seconds. */
export type AccessClaims = z.infer<typeof claimsSchema>

const protectedHeader = ({ kid }: SigningKey) => ({ alg: ALGORITHM, typ: TYPE, kid })

// Values only: a key once imported serves every request of the isolate. A promise kept here could
// belong to a request that is gone, and hang the others.
const privateKeys = new WeakMap<SigningKey, CryptoKey>()
const publicKeys = new WeakMap<SigningKey, CryptoKey>()
const headers = new WeakMap<SigningKey, string>()

async function importOnce(cache: WeakMap<SigningKey, CryptoKey>, key: SigningKey, jwk: JWK) {
  const known = cache.get(key)
  if (known) return known
  const imported = await importJWK(jwk, ALGORITHM)
  if (imported instanceof Uint8Array) throw new TypeError('a signing key must be asymmetric')
  cache.set(key, imported)
  return imported
}

/** The first part of every token that a key signs. */
function headerOf(key: SigningKey): string {
  const known = headers.get(key)
  if (known !== undefined) return known
  const header = Buffer.from(JSON.stringify(protectedHeader(key))).toString('base64url')
  headers.set(key, header)
  return header
}

/** Signs an access token with the newest key. */
export async function signAccessToken(
  keys: readonly [SigningKey, ...SigningKey[]],
  claims: AccessClaims,
): Promise<string> {
  const [key] = keys
  return new SignJWT(claims)
    .setProtectedHeader(protectedHeader(key))
    .sign(await importOnce(privateKeys, key, key))
}

type Expected = Readonly<{ issuer: string; audience: string; now: Date }>

/**
 * Verifies an access token that this service issued: header, signature, claims, issuer, audience,
 * times (RFC 8725 §3, RFC 9068 §4). Returns `undefined` for every other token, without saying why.
 *
 * We are the only signer, so the header must be, byte for byte, the one that our signer writes for
 * one of our keys. Another `alg`, `typ` or `kid`, `crit`, `b64`, `zip`, `jku`, `jwk`, `x5u`, `x5c`
 * and a repeated name all fail there, before anything is parsed or computed.
 *
 * ECDSA gives each signature a twin (s → n − s) that verifies as well. Nothing may therefore be
 * keyed by the text of a token: it is the session, found by `sid`, that is revoked.
 */
export async function verifyAccessToken(
  keys: readonly SigningKey[],
  token: string,
  { issuer, audience, now }: Expected,
): Promise<AccessClaims | undefined> {
  if (token.length > MAX_TOKEN_LENGTH) return undefined
  const [, header] = COMPACT.exec(token) ?? []
  const key = keys.find((candidate) => headerOf(candidate) === header)
  if (!key) return undefined
  const payload = await verifiedPayload(token, await importOnce(publicKeys, key, publicJwk(key)))
  const claims = payload === undefined ? undefined : parseClaims(payload)
  if (claims?.iss !== issuer || claims.aud !== audience) return undefined
  const seconds = Math.floor(now.getTime() / 1000)
  const latestStart = Math.max(claims.iat, claims.nbf ?? 0)
  return claims.exp > seconds && latestStart <= seconds + MAX_SKEW_SECONDS ? claims : undefined
}

/** An edge whose clock runs a little ahead may have signed the token. */
const MAX_SKEW_SECONDS = 5
/** About four times what we issue. */
const MAX_TOKEN_LENGTH = 2048
/**
 * Compact form. The last sign of 64 bytes carries two bits: with others set it would be a second
 * spelling of one signature (RFC 4648 §3.5). In the other parts the signature covers the spelling
 * itself.
 */
const COMPACT = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{85}[AQgw]$/

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

async function verifiedPayload(token: string, key: CryptoKey): Promise<string | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] })
    return utf8.decode(payload)
  } catch {
    return undefined
  }
}

/**
 * Claims as our signer writes them. A repeated name, which parsers read differently (RFC 7519 §4),
 * a number in another spelling or a stray space does not come out of a parser as it went in.
 */
function parseClaims(payload: string) {
  const value = parseJson(payload)
  return JSON.stringify(value) === payload ? presentedClaims.safeParse(value).data : undefined
}

/** We issue no `nbf`, and heed one. */
const presentedClaims = claimsSchema.extend({ nbf: z.int().optional() })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
