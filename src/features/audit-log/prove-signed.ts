import { canonical, type Entry, type Gap } from '../../platform/audit/entry'
import type { Deps } from '../../platform/deps'
import { refuseMismatch } from './mismatch'
import { proveConsistency } from './prove'
import { requireOurs } from './tree/heads'
import { base64url, leafHash, verifyConsistency } from './tree/merkle'
import { readTiles } from './tree/read-tiles'
import { append, edgeOf, rootOf, trimEdge } from './tree/tiles'

const bytes = (text: string) => Buffer.from(text, 'base64url')

/**
 * Proves that the signed head grew out of the log that ends with these entries. The tiles that the
 * proof is made from are rows like any other, so it is checked as an outsider would: from the
 * entries themselves to the root that was signed.
 */
export async function proveSigned(
  deps: Deps,
  newest: { jws: string; size: number },
  entries: readonly (Entry | Gap)[],
) {
  const head = await requireOurs(deps, newest)
  const before = (entries[0]?.id ?? 1) - 1
  const last = before + entries.length
  const [tiles, proved] = await Promise.all([
    readTiles(deps, edgeOf(before)),
    proveConsistency(deps, last, head.size),
  ])
  trimEdge(tiles, before)
  append(
    tiles,
    before,
    entries.map((entry) => leafHash(canonical(entry))),
  )
  const grown = verifyConsistency({
    first: last,
    second: head.size,
    firstRoot: rootOf(tiles, last),
    secondRoot: bytes(head.root),
    proof: proved.proof.map(bytes),
  })
  if (grown && proved.first_root === base64url(rootOf(tiles, last))) return proved
  const message = `entries ${before + 1} to ${last} of the audit log are not what was sealed`
  return refuseMismatch(deps, { entry: before + 1, last, head: head.size }, message)
}
