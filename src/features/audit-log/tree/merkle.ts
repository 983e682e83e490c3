import { createHash } from 'node:crypto'

/** A hash of the tree: 32 bytes, SHA-256. */
export type Hash = Uint8Array

/** A hash as JSON has it. */
export const base64url = (hash: Hash): string => Buffer.from(hash).toString('base64url')

/**
 * The root of a complete subtree of 2^height leaves, the `index`-th of its height from the left.
 */
export type Node = Readonly<{ height: number; index: number }>

/** The hash of a leaf (RFC 9162 §2.1.1): a byte of its own keeps leaves and nodes apart. */
export const leafHash = (entry: string | Uint8Array): Hash =>
  createHash('sha256').update(LEAF).update(entry).digest()

/** The hash of an inner node. */
export const nodeHash = (left: Hash, right: Hash): Hash =>
  createHash('sha256').update(NODE).update(left).update(right).digest()

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)
const HASH_BYTES = 32
const EMPTY: Hash = createHash('sha256').digest()

/**
 * The root of the tree of which these are the complete subtrees, from left to right (RFC 9162
 * §2.1.1: the split is at the largest power of two, so the right ones are joined first).
 */
export const joinNodes = (hashes: readonly Hash[]): Hash =>
  hashes.length === 0 ? EMPTY : hashes.reduceRight((right, left) => nodeHash(left, right))

/**
 * The complete subtrees, largest first, that cover the leaves from `from` up to `to`, both on the
 * tree's own splits.
 */
export function coveringNodes(from: number, to: number): Node[] {
  const nodes: Node[] = []
  for (let at = from; at < to;) {
    let height = 0
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= to) height += 1
    nodes.push({ height, index: at / 2 ** height })
    at += 2 ** height
  }
  return nodes
}

/**
 * What proves that a leaf stands in the tree (RFC 9162 §2.1.3.1): each element as the complete
 * subtrees that it is joined from, the leaf's neighbour first.
 */
export function inclusionPath(index: number, size: number): Node[][] {
  return path(index, 0, size)
}

function path(index: number, from: number, to: number): Node[][] {
  if (to - from === 1) return []
  const split = from + splitOf(to - from)
  return index < split
    ? [...path(index, from, split), coveringNodes(split, to)]
    : [...path(index, split, to), coveringNodes(from, split)]
}

/**
 * What proves that a tree is the beginning of a larger one (RFC 9162 §2.1.4.1), like
 * `inclusionPath`.
 */
export function consistencyPath(first: number, second: number): Node[][] {
  return first === 0 || first === second ? [] : subproof(first, 0, second, true)
}

function subproof(first: number, from: number, to: number, isWhole: boolean): Node[][] {
  if (first === to) return isWhole ? [] : [coveringNodes(from, to)]
  const split = from + splitOf(to - from)
  return first <= split
    ? [...subproof(first, from, split, isWhole), coveringNodes(split, to)]
    : [...subproof(first, split, to, false), coveringNodes(from, split)]
}

/**
 * The largest power of two below a size of two or more. No bit operations: a log may outgrow 32
 * bits.
 */
function splitOf(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

const same = (a: Hash, b: Hash) => Buffer.compare(a, b) === 0
const isHash = ({ length }: Hash) => length === HASH_BYTES
const isSize = (value: number) => Number.isSafeInteger(value) && value >= 0

type Inclusion = Readonly<{
  /** The leaf's hash and its place, counted from 0. */
  leaf: Hash
  index: number
  size: number
  proof: readonly Hash[]
  root: Hash
}>

/** Whether the proof leads from the leaf to the root (RFC 9162 §2.1.3.2). */
export function verifyInclusion({ leaf, index, size, proof, root }: Inclusion): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  // Of a tree of one entry the leaf is the root, and nothing is hashed: two empty ones would be the
  // same.
  if (![leaf, ...proof].every(isHash)) return false
  let [fn, sn, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else hash = nodeHash(hash, sibling)
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && same(hash, root)
}

const half = (value: number) => Math.floor(value / 2)

type Consistency = Readonly<{
  first: number
  second: number
  firstRoot: Hash
  secondRoot: Hash
  proof: readonly Hash[]
}>

/**
 * Whether the larger tree begins with the smaller one (RFC 9162 §2.1.4.2). An empty tree begins
 * every tree, so that nothing proves it: only two empty ones, or none.
 */
export function verifyConsistency(input: Consistency): boolean {
  const { first, second, firstRoot, secondRoot, proof } = input
  if (!isSize(first) || !isSize(second) || first > second) return false
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot)
  if (first === 0 || !proof.every(isHash)) return false
  // A whole left subtree of the new tree is the old root itself, which the proof leaves out.
  const [start, ...rest] = splitOf(first + 1) === first ? [firstRoot, ...proof] : proof
  if (!start) return false
  let [fn, sn] = [first - 1, second - 1]
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  let [old, fresh] = [start, start]
  for (const sibling of rest) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      old = nodeHash(sibling, old)
      fresh = nodeHash(sibling, fresh)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else fresh = nodeHash(fresh, sibling)
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && same(old, firstRoot) && same(fresh, secondRoot)
}
