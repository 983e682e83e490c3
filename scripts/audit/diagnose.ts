import type { Entry, Gap } from '../../src/platform/audit/entry.ts'
import type { Hash } from '../../src/features/audit-log/tree/merkle.ts'
import { leafOf } from './entry-line.ts'

/** How many entries after the first wrong one are looked at. */
export const WINDOW = 64

/**
 * What was done to the entry that is the first whose hash is not the one in the tree. Whoever
 * inserts or deletes numbers the rest anew, which changes their hashes too; so each is tried under
 * the numbers around it.
 */
export function diagnose(
  id: number,
  entries: readonly (Entry | Gap)[],
  sealed: (id: number) => Hash | undefined,
): string {
  const isSealedAs = (at: number, as: number) => {
    const entry = entries[at]
    const hash = sealed(as)
    return entry && hash && Buffer.compare(leafOf({ ...entry, id: as }), hash) === 0
  }
  const isOver = (at: number) => at >= entries.length
  for (let by = 1; by <= WINDOW; by += 1) {
    // What stands here stood later: those between are gone, or stand elsewhere.
    if (isSealedAs(0, id + by))
      return isOver(1) || isSealedAs(1, id + by + 1)
        ? `deleted (what follows it has been numbered anew)`
        : `reordered (entry ${id + by} of the tree stands in its place)`
    // What should stand here stands later.
    if (isSealedAs(by, id))
      return isOver(by + 1) || isSealedAs(by + 1, id + 1)
        ? `inserted (what follows it has been numbered anew)`
        : `reordered (it stands in the place of entry ${id + by})`
  }
  return 'edited (its hash is not the one in the tree)'
}
