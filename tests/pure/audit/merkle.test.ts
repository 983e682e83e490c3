import fc from 'fast-check'
import { describe, test } from 'vitest'
import { CompactTree } from '../../../scripts/audit/compact-tree'
import {
  consistencyPath,
  coveringNodes,
  type Hash,
  inclusionPath,
  joinNodes,
  leafHash,
  type Node,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/audit/merkle'
import { append, edgeOf, hashesOf, rootOf, tileName, type Tiles } from '../../../src/audit/tiles'
import { canonical } from '../../../src/platform/audit/entry'
import { anyCodePoint } from '../../support/code-points'
import { isDeep } from '../../support/many'
import { canonicalJson, consistency, inclusion, leafInputs, roots } from '../../vectors/merkle-tree'
import { naiveConsistency, naiveLeaf, naivePath, naiveRoot, naiveRoots } from './naive-tree'

const bytes = (hex: string): Hash => Buffer.from(hex, 'hex')
const leaf = (at: number) => naiveLeaf(Buffer.from(`leaf ${at}`))
const leavesUpTo = (size: number) => Array.from({ length: size }, (_, at) => leaf(at))
/**
 * The largest tree of which every proof is tried: of 64 leaves, or of 24, which is no power of two.
 */
const LARGEST = isDeep ? 64 : 24
const all = leavesUpTo(LARGEST)
const rootsUpTo = Array.from({ length: LARGEST + 1 }, (_, size) => naiveRoot(all.slice(0, size)))
const rootAt = (size: number) => rootsUpTo[size] ?? joinNodes([])
const flipped = (hash: Hash, bit: number): Hash =>
  hash.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

describe('C-62: leaves, nodes and roots', () => {
  const published = leafInputs.map((input) => leafHash(bytes(input)))

  test('are those that were published, the empty tree too', ({ expect }) => {
    for (const [size, root] of roots.entries()) {
      const tree = new CompactTree()
      for (const hash of published.slice(0, size)) tree.push(hash)
      expect(tree.root(), `size ${size}`).toEqual(bytes(root))
      expect(naiveRoot(published.slice(0, size))).toEqual(bytes(root))
    }
    expect(leafHash('')).toEqual(bytes(roots[1]))
  })

  test('published proofs verify, and not under another root', ({ expect }) => {
    const verdicts = (root: string, other: string) => [
      ...inclusion.map(({ index, size, proof }) =>
        verifyInclusion({
          leaf: published[index] ?? bytes(''),
          index,
          size,
          proof: proof.map(bytes),
          root: bytes(root === '' ? (roots[size] ?? '') : root),
        }),
      ),
      ...consistency.map(({ first, second, proof }) =>
        verifyConsistency({
          first,
          second,
          firstRoot: bytes(roots[first] ?? ''),
          secondRoot: bytes(other === '' ? (roots[second] ?? '') : other),
          proof: proof.map(bytes),
        }),
      ),
    ]
    expect(new Set(verdicts('', ''))).toEqual(new Set([true]))
    expect(new Set(verdicts(roots[0], roots[0]))).toEqual(new Set([false]))
  })
})

/** Tiles over the leaves, as the service fills them: some at a time. */
function tilesOf(leaves: readonly Hash[], step = leaves.length): Tiles {
  const tiles: Tiles = new Map()
  for (let at = 0; at < leaves.length; at += step) append(tiles, at, leaves.slice(at, at + step))
  return tiles
}

test('C-63: a proof of inclusion verifies for each leaf of each size, and with any bit flipped for none', ({
  expect,
}) => {
  const tiles = tilesOf(all)
  let [proofs, refused, bits] = [0, 0, 0]
  for (let size = 1; size <= LARGEST; size += 1) {
    const root = rootAt(size)
    for (let index = 0; index < size; index += 1) {
      const proof = naivePath(index, all.slice(0, size))
      const claim = { leaf: leaf(index), index, size, proof, root }
      const made = hashesOf(tiles, inclusionPath(index, size))
      if (verifyInclusion(claim) && Buffer.concat(made).equals(Buffer.concat(proof))) proofs += 1
      const bit = (index * 37 + size) % 256
      const others = [
        { ...claim, leaf: flipped(claim.leaf, bit) },
        { ...claim, root: flipped(root, bit) },
        { ...claim, index: index + 1 },
        { ...claim, proof: [...proof, root] },
        ...proof.flatMap((hash, at) => [
          { ...claim, proof: proof.with(at, flipped(hash, bit)) },
          { ...claim, proof: proof.toSpliced(at, 1) },
        ]),
      ]
      bits += others.length
      refused += others.filter((other) => !verifyInclusion(other)).length
    }
  }
  expect([proofs, refused]).toEqual([(LARGEST * (LARGEST + 1)) / 2, bits])
  // And every single bit of one proof, for a size that is no power of two.
  const whole = {
    leaf: leaf(10),
    index: 10,
    size: 13,
    proof: naivePath(10, all.slice(0, 13)),
    root: rootAt(13),
  }
  for (let bit = 0; bit < 256 * whole.proof.length; bit += 1) {
    const at = bit >> 8
    const proof = whole.proof.with(at, flipped(whole.proof[at] ?? bytes(''), bit & 255))
    if (verifyInclusion({ ...whole, proof })) expect.fail(`bit ${bit} is not looked at`)
  }
  for (const hash of [bytes(''), bytes('00'.repeat(33))])
    expect(verifyInclusion({ leaf: hash, index: 0, size: 1, proof: [], root: hash })).toBe(false)
  expect(verifyInclusion({ ...whole, leaf: whole.root, proof: [] })).toBe(false)
  for (const size of [0, -1, 0.5, 2 ** 64, NaN])
    expect(verifyInclusion({ ...whole, index: 0, size })).toBe(false)
})

test('C-64: a proof of consistency verifies for each two sizes, and for no history that was rewritten', ({
  expect,
}) => {
  const tiles = tilesOf(all)
  let [proofs, refused, tried] = [0, 0, 0]
  for (let second = 1; second <= LARGEST; second += 1)
    for (let first = 1; first <= second; first += 1) {
      const proof = naiveConsistency(first, all.slice(0, second))
      const claim = { first, second, firstRoot: rootAt(first), secondRoot: rootAt(second), proof }
      const made = hashesOf(tiles, consistencyPath(first, second))
      if (verifyConsistency(claim) && Buffer.concat(made).equals(Buffer.concat(proof))) proofs += 1
      const bit = (first * 37 + second) % 256
      const rewritten = all.slice(0, second).with(first - 1, leaf(1000))
      const others = [
        { ...claim, firstRoot: flipped(claim.firstRoot, bit) },
        { ...claim, secondRoot: flipped(claim.secondRoot, bit) },
        { ...claim, secondRoot: naiveRoot(rewritten), proof: naiveConsistency(first, rewritten) },
        { ...claim, proof: [...proof, claim.firstRoot] },
        { ...claim, first: second + 1 },
        { ...claim, first: 0 },
        ...proof.flatMap((hash, at) => [
          { ...claim, proof: proof.with(at, flipped(hash, bit)) },
          { ...claim, proof: proof.toSpliced(at, 1) },
        ]),
      ]
      tried += others.length
      refused += others.filter((other) => !verifyConsistency(other)).length
    }
  expect([proofs, refused]).toEqual([(LARGEST * (LARGEST + 1)) / 2, tried])
  const nothing = { first: 0, firstRoot: rootAt(0), proof: [] }
  expect(verifyConsistency({ ...nothing, second: 0, secondRoot: rootAt(0) })).toBe(true)
  expect(verifyConsistency({ ...nothing, second: 3, secondRoot: rootAt(3) })).toBe(false)
  const useless = { ...nothing, second: 1, secondRoot: rootAt(0), proof: [rootAt(0)] }
  expect(verifyConsistency(useless)).toBe(false)
})

describe('the tree in tiles', () => {
  const leaves = leavesUpTo(65_540)
  const naive = naiveRoots(leaves)

  test('has the root of its definition at every size, however it was filled', ({ expect }) => {
    const tiles: Tiles = new Map()
    const tree = new CompactTree()
    for (let size = 1; size <= 1000; size += 1) {
      append(tiles, size - 1, leaves.slice(size - 1, size))
      tree.push(leaf(size - 1))
      for (const root of [rootOf(tiles, size), tree.root()])
        if (Buffer.compare(root, naive(size)) !== 0) expect.fail(`size ${size}`)
    }
    for (const step of [1, 3, 255, 256, 257, 999])
      expect(rootOf(tilesOf(leaves.slice(0, 1000), step), 1000)).toEqual(naive(1000))
    expect(() => append(tilesOf(leaves.slice(0, 10)), 9, leaves.slice(9, 10))).toThrow(
      'not at leaf 9',
    )
  })

  test('goes on from its edge alone, over the sizes at which it grows a level', ({ expect }) => {
    let tiles = tilesOf(leaves.slice(0, 65_530))
    for (let size = 65_530; size < 65_540; size += 1) {
      // What the service reads before it appends.
      tiles = new Map(
        edgeOf(size).map((ref) => [tileName(ref), [...(tiles.get(tileName(ref)) ?? [])]]),
      )
      append(tiles, size, leaves.slice(size, size + 1))
      expect(rootOf(tiles, size + 1), `size ${size + 1}`).toEqual(naive(size + 1))
    }
  })

  test('has proofs as by their definition, for any sizes', ({ expect }) => {
    const tiles = tilesOf(leaves.slice(0, 700))
    const sizes = fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 700 }))
    fc.assert(
      fc.property(sizes, ([a, b]) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)]
        const part = leaves.slice(0, second)
        const made = (path: Node[][]) => hashesOf(tiles, path).map((hash) => Buffer.from(hash))
        expect(made(inclusionPath(first - 1, second))).toEqual(naivePath(first - 1, part))
        expect(made(consistencyPath(first, second))).toEqual(naiveConsistency(first, part))
        const covered = coveringNodes(0, second).reduce((sum, { height }) => sum + 2 ** height, 0)
        expect(covered).toBe(second)
      }),
      { numRuns: isDeep ? 100 : 30 },
    )
  })
})

describe('canonical', () => {
  test('has the one spelling of RFC 8785: names, texts, numbers', ({ expect }) => {
    const [text, wanted] = canonicalJson.sample
    expect(canonical(JSON.parse(text) as object)).toBe(wanted)
    const { of, inOrder } = canonicalJson.names
    // By code units and not as an engine orders them, which has numbers first.
    const names = canonical(JSON.parse(of) as object).matchAll(/:"((?:[^"])+)"/g)
    expect([...names].map(([, name]) => name)).toEqual(inOrder)
    for (const [bits, spelling] of canonicalJson.numbers)
      expect(canonical([Buffer.from(bits, 'hex').readDoubleBE()]), bits).toBe(`[${spelling}]`)
  })

  test('has none for what JSON has none for', ({ expect }) => {
    for (const value of [NaN, Infinity, '\ud800', '\udc00\ud800'])
      expect(() => canonical({ value }), String(value)).toThrow(/./)
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCodePoint }), (value) => {
        expect(JSON.parse(canonical({ value }))).toEqual(JSON.parse(JSON.stringify({ value })))
      }),
    )
  })
})
