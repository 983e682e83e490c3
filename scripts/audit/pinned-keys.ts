import { readFileSync } from 'node:fs'
import type { JWK } from 'jose'
import * as z from 'zod'
import { isRecord, parseJson } from './json.ts'
import { CannotCheck } from './wrong.ts'

const publicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.never('it is a private key: pin the public one').optional(),
})

const HOW = `no key is pinned, so that nothing can be said of the log: an archive that brings its own key proves nothing.
Save what /.well-known/audit-head answers once, compare its keys with what you know of the service, keep the file, and
give it with --key (docs/audit-log.md).`

/** Reads the pinned keys: a JWK, a JWKS, or a saved answer of /.well-known/audit-head. */
export function readKeys(path: string | undefined): JWK[] {
  if (path === undefined) throw new CannotCheck(HOW)
  try {
    const value = parseJson(readFileSync(path, 'utf8'))
    const keys = isRecord(value) && 'keys' in value ? value['keys'] : [value]
    const pinned = z.array(publicKey).min(1).parse(keys)
    return pinned.map(({ kty, crv, kid, x, y }) => ({ kty, crv, kid, x, y }))
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]?.message : whyOf(error)
    throw new CannotCheck(`--key ${path}: ${why ?? 'no public ES256 keys'}`)
  }
}

const whyOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
