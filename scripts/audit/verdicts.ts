import { TILE_WIDTH } from '../../src/features/audit-log/tree/tiles.ts'
import type { Known } from './known-heads.ts'
import { count, span, Wrong, wrongEntry } from './wrong.ts'

/** An entry that is not here. */
export const deleted = (id: number, follows?: number) =>
  wrongEntry(id, 'deleted', follows ? `entry ${follows} follows` : 'it is not here')

/** A tile that says of an entry what was not sealed. */
export const wrongTile = (id: number) =>
  new Wrong(
    `tile 0/${Math.floor((id - 1) / TILE_WIDTH)}: wrong (entry ${id} is what was sealed, its hash in the tile is not)`,
  )

/** A head of another history than the one that a later head has signed. */
export const forked = (unfit: Known, head: Known) =>
  new Wrong(
    `a forked history: ${span(1, unfit.size)} are not those of which the head was signed (${unfit.where}), and yet a later head has them (${head.where})`,
  )

/** Between two heads, without a tile that tells which entry it is: as much as can be said. */
export function outOfReach(first: number, { size, where }: Known, suspect?: number): Wrong {
  const why = `the root of ${count(size)} entries that was signed is another one: ${where}`
  const hint = suspect === undefined ? '' : `; the first that differs from its tile is ${suspect}`
  return new Wrong(`${span(first, size)}: edited, inserted, deleted or reordered (${why}${hint})`)
}
