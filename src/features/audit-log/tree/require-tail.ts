import { canonical, gapAt } from '../../../platform/audit/entry'
import type { Deps } from '../../../platform/deps'
import { entryOf, type StoredEvent } from '../archive/stored-event'
import { refuseMismatch } from '../mismatch'
import { requireOurs } from './heads'
import { base64url, leafHash } from './merkle'
import { hashOf, rootOf, type Tiles } from './tiles'

type Tail = Readonly<{
  /** The newest head. */
  head: { jws: string; size: number }
  /** The right edge of its tree, with the tile of its last leaf. */
  tiles: Tiles
  /** The event of its last leaf, or what stands in its place. */
  row: StoredEvent | undefined
}>

/**
 * Signs on top of nothing but what was signed: whoever changes tiles or heads is found here first.
 * So is a tail that was cut off, after which new events would get its numbers and never be sealed.
 */
export async function requireTail(deps: Deps, { head, tiles, row }: Tail): Promise<void> {
  const { size, root } = await requireOurs(deps, head)
  const tail = tailOf(tiles, size)
  if (tail?.root !== root) {
    const message = 'the tree of the audit log is not the one that was signed'
    return refuseMismatch(deps, { head: size }, message)
  }
  const entry = row?.id === size ? entryOf(row) : gapAt(size)
  if (Buffer.compare(tail.sealed, leafHash(canonical(entry))) === 0) return
  await refuseMismatch(deps, { entry: size }, `entry ${size} is not the one that was sealed`)
}

/** What the tiles say of a tree of this size, if they hold it: to delete rows changes them too. */
function tailOf(tiles: Tiles, size: number) {
  try {
    const sealed = hashOf(tiles, { height: 0, index: size - 1 })
    return { root: base64url(rootOf(tiles, size)), sealed }
  } catch {
    return undefined
  }
}
