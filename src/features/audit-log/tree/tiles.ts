import { coveringNodes, type Hash, joinNodes, type Node, nodeHash } from './merkle'

/** Hashes that one tile holds: those of the nodes of one height, eight levels of the tree apart. */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8
const HASH_BYTES = 32

/** Which tile: `level` is the height of its nodes in eights, `number` counts from the left. */
export type TileRef = Readonly<{ level: number; number: number }>

/** The tiles at hand, by `tileName`. A tile of the right edge may hold fewer than 256 hashes. */
export type Tiles = Map<string, Hash[]>

export const tileName = ({ level, number }: TileRef): string => `${level}/${number}`

/** The tile that a node's hash is computed from, and where in it. */
function placeOf({ height, index }: Node) {
  const level = Math.floor(height / TILE_HEIGHT)
  const span = 2 ** (height % TILE_HEIGHT)
  const start = index * span
  const number = Math.floor(start / TILE_WIDTH)
  return { tile: { level, number }, from: start % TILE_WIDTH, span }
}

/** The tiles that these nodes need, each once. */
export function tilesOf(nodes: readonly Node[]): TileRef[] {
  const refs = nodes.map((node) => placeOf(node).tile)
  return [...new Map(refs.map((ref) => [tileName(ref), ref])).values()]
}

/** The hash of a node, from the tiles. Throws where they do not hold what it needs. */
export function hashOf(tiles: Tiles, node: Node): Hash {
  const { tile, from, span } = placeOf(node)
  const hashes = tiles.get(tileName(tile))?.slice(from, from + span)
  if (hashes?.length !== span) throw new Error(`tile ${tileName(tile)} is missing or too short`)
  return joinAll(hashes)
}

/** The root over 1, 2, 4 … hashes. */
const joinAll = (hashes: readonly Hash[]): Hash =>
  hashes.length <= 1 ? joinNodes(hashes) : joinAll(pairs(hashes))

const pairs = (hashes: readonly Hash[]): Hash[] =>
  hashes.flatMap((right, at) => {
    const left = hashes[at - 1]
    return at % 2 === 1 && left ? [nodeHash(left, right)] : []
  })

/** Each element of a path (merkle.ts) as one hash. */
export const hashesOf = (tiles: Tiles, path: readonly Node[][]): Hash[] =>
  path.map((nodes) => joinNodes(nodes.map((node) => hashOf(tiles, node))))

/** The tiles of the right edge of a tree, which the next leaf changes: those that are not full. */
export function edgeOf(size: number): TileRef[] {
  const refs: TileRef[] = []
  for (
    let [level, width] = [0, size];
    width > 0;
    level += 1, width = Math.floor(width / TILE_WIDTH)
  )
    if (width % TILE_WIDTH > 0) refs.push({ level, number: Math.floor(width / TILE_WIDTH) })
  return refs
}

/**
 * Cuts tiles of a tree that has grown since back to what they held when they were the edge of
 * `size`.
 */
export function trimEdge(tiles: Tiles, size: number): void {
  for (const ref of edgeOf(size)) {
    const width = Math.floor(size / TILE_WIDTH ** ref.level) % TILE_WIDTH
    tiles.set(tileName(ref), (tiles.get(tileName(ref)) ?? []).slice(0, width))
  }
}

/**
 * Appends leaves to a tree of `size`, whose edge the tiles hold. Returns the tiles that were
 * changed; those that are now full stay among `tiles` as well, since the root needs them.
 */
export function append(tiles: Tiles, size: number, leaves: readonly Hash[]): TileRef[] {
  const changed = new Map<string, TileRef>()
  const push = (level: number, at: number, hash: Hash): void => {
    const ref = { level, number: Math.floor(at / TILE_WIDTH) }
    const name = tileName(ref)
    const hashes = tiles.get(name) ?? []
    if (hashes.length !== at % TILE_WIDTH) throw new Error(`tile ${name} is not at leaf ${at}`)
    hashes.push(hash)
    tiles.set(name, hashes)
    changed.set(name, ref)
    if (hashes.length === TILE_WIDTH) push(level + 1, ref.number, joinAll(hashes))
  }
  leaves.forEach((leaf, offset) => push(0, size + offset, leaf))
  return [...changed.values()]
}

/** The root of a tree, from the tiles of its right edge. */
export const rootOf = (tiles: Tiles, size: number): Hash =>
  joinNodes(coveringNodes(0, size).map((node) => hashOf(tiles, node)))

/** A tile as text for a row of D1. */
export const encodeTile = (hashes: readonly Hash[]): string =>
  Buffer.concat([...hashes]).toString('base64')

/** A tile from its bytes. What is none holds no hash, and is missed where one is needed. */
export function decodeTile(bytes: Uint8Array): Hash[] {
  const count = bytes.length / HASH_BYTES
  if (!Number.isInteger(count) || count > TILE_WIDTH) return []
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  )
}
