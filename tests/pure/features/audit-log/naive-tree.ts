import { createHash } from 'node:crypto'

type Bytes = Uint8Array

const sha256 = (...parts: Bytes[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 9162 §2.1, word for word and without any of our code: what ours is compared with. */
export const naiveLeaf = (entry: Bytes): Bytes => sha256(Uint8Array.of(0), entry)
const join = (left: Bytes, right: Bytes) => sha256(Uint8Array.of(1), left, right)

/** The largest power of two below n. */
const splitOf = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1)

/** §2.1.1, of the hashes of the leaves. */
export function naiveRoot(leaves: readonly Bytes[]): Bytes {
  if (leaves.length <= 1) return leaves[0] ?? sha256()
  const k = splitOf(leaves.length)
  return join(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

/** §2.1.3.1 */
export function naivePath(m: number, leaves: readonly Bytes[]): Bytes[] {
  if (leaves.length === 1) return []
  const k = splitOf(leaves.length)
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}

/** §2.1.4.1 */
export const naiveConsistency = (m: number, leaves: readonly Bytes[]): Bytes[] =>
  subproof(m, leaves, true)

function subproof(m: number, leaves: readonly Bytes[], isWhole: boolean): Bytes[] {
  if (m === leaves.length) return isWhole ? [] : [naiveRoot(leaves)]
  const k = splitOf(leaves.length)
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), naiveRoot(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))]
}

/** `naiveRoot` of the first so many, for many sizes: what has been joined once is remembered. */
export function naiveRoots(leaves: readonly Bytes[]): (size: number) => Bytes {
  const known = new Map<string, Bytes>()
  const root = (from: number, to: number): Bytes => {
    const name = `${from}-${to}`
    const k = splitOf(to - from)
    const hash =
      known.get(name) ??
      (to - from <= 1
        ? naiveRoot(leaves.slice(from, to))
        : join(root(from, from + k), root(from + k, to)))
    known.set(name, hash)
    return hash
  }
  return (size) => root(0, size)
}
