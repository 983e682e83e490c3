import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { coveringNodes, type Hash } from '../../src/features/audit-log/tree/merkle.ts'
import { decodeTile, TILE_WIDTH } from '../../src/features/audit-log/tree/tiles.ts'
import { CompactTree } from './compact-tree.ts'
import { count, Wrong } from './wrong.ts'

/** The tiles that lie beside the segments, read one at a time. */
export class TileFiles {
  readonly #folder: string | undefined
  #at = -1
  #tile: Hash[] | undefined

  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  /** The hash that the tiles have for a leaf; `undefined` where there is no tile. */
  leaf(index: number): Hash | undefined {
    const number = Math.floor(index / TILE_WIDTH)
    if (number !== this.#at) {
      this.#tile = this.read(0, number)
      this.#at = number
    }
    return this.#tile?.[index % TILE_WIDTH]
  }

  /** A full tile; `undefined` where there is none. */
  read(level: number, number: number): Hash[] | undefined {
    if (this.#folder === undefined) return undefined
    const path = join(this.#folder, String(level), String(number))
    if (!existsSync(path)) return undefined
    const bytes = readFileSync(path)
    if (bytes.length !== TILE_WIDTH * 32)
      throw new Wrong(`tile ${level}/${number}: damaged (it has ${count(bytes.length)} bytes)`)
    return decodeTile(bytes)
  }

  /** The root of a full tile of leaves. */
  root(number: number): Hash | undefined {
    const tile = this.read(0, number)
    return tile && rootOf(tile)
  }

  /** How many leaves there are tiles for, at most. */
  callStore(): number {
    return TILE_WIDTH * ((this.#numbers(0).at(-1) ?? -1) + 1)
  }

  /** Compares the tiles of each level with those above, as far as there are any. */
  check(): void {
    for (let level = 1; this.#numbers(level).length > 0; level += 1)
      for (const number of this.#numbers(level)) this.#checkTile(level, number)
  }

  #checkTile(level: number, number: number) {
    this.read(level, number)?.forEach((hash, at) => {
      const below = number * TILE_WIDTH + at
      const tile = this.read(level - 1, below)
      if (tile && Buffer.compare(rootOf(tile), hash) !== 0)
        throw new Wrong(`tile ${level}/${number}: it does not fit tile ${level - 1}/${below}`)
    })
  }

  #numbers(level: number): number[] {
    const folder = join(this.#folder ?? '', String(level))
    if (this.#folder === undefined || !existsSync(folder)) return []
    const names = readdirSync(folder).filter((name) => /^(0|[1-9]\d{0,12})$/.test(name))
    return names.map(Number).toSorted((a, b) => a - b)
  }
}

/** The root of a full tile, which the tile above has for it. */
function rootOf(hashes: readonly Hash[]): Hash {
  const tree = new CompactTree()
  for (const hash of hashes) tree.push(hash)
  return tree.root()
}

/** The tree of the entries before the first one, from their tiles, if these are here. */
export function treeBefore(from: number, tiles: TileFiles) {
  const tree = new CompactTree()
  while (tree.size < from - 1) {
    const isWhole = tree.size + TILE_WIDTH <= from - 1
    const hash = isWhole ? tiles.root(tree.size / TILE_WIDTH) : tiles.leaf(tree.size)
    if (!hash) return { tree: blankTree(from - 1), isRooted: false }
    tree.push(hash, isWhole ? TILE_WIDTH : 1)
  }
  return { tree, isRooted: true }
}

/** Of so many entries: its numbers go on where they should, and no root will be asked for. */
function blankTree(size: number): CompactTree {
  const tree = new CompactTree()
  for (const { height } of coveringNodes(0, size)) tree.push(new Uint8Array(32), 2 ** height)
  return tree
}
