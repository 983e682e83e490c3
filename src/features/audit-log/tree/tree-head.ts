import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'
import * as z from 'zod'
import { canonical } from '../../../platform/audit/entry'
import type { SigningKey } from '../../../platform/crypto/jwt'

const ALGORITHM = 'ES256'
const TYPE = 'audit-head+jws'

const treeHead = z.strictObject({
  v: z.literal(1),
  /** Whose log it is: the issuer. */
  log: z.string(),
  /** How many entries the tree has. */
  size: z.int().min(1),
  /** The root (RFC 9162 §2.1.1), base64url. */
  root: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Milliseconds since 1970. */
  at: z.int(),
})

/** What a head says of the log: so many entries, this root, at this time. */
export type TreeHead = Readonly<z.infer<typeof treeHead>>

/**
 * Signs a head as a JWS (RFC 7515, compact) with the newest key, whose name stands in its header.
 */
export async function signHead(keys: readonly [SigningKey, ...SigningKey[]], head: TreeHead) {
  const [key] = keys
  return new CompactSign(Buffer.from(canonical(head)))
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: TYPE })
    .sign(await importJWK(key, ALGORITHM))
}

/** The head of a JWS that one of these public keys has signed; `undefined` for any other. */
export async function verifyHead(keys: readonly JWK[], jws: string): Promise<TreeHead | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(
      jws,
      async ({ kid }) => {
        const key = keys.find((candidate) => candidate.kid === kid)
        if (!key) throw new Error('signed with a key that is not pinned')
        return importJWK(key, ALGORITHM)
      },
      { algorithms: [ALGORITHM] },
    )
    if (protectedHeader.typ !== TYPE) return undefined
    return treeHead.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  } catch {
    return undefined
  }
}

/** What a head of our own store says; its signature is for others to check. */
export const readHead = (jws: string): TreeHead =>
  treeHead.parse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')))
