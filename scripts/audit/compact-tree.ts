import { type Hash, joinNodes, nodeHash } from '../../src/features/audit-log/tree/merkle.ts'

/**
 * A tree that only grows, as the roots of its complete subtrees: twenty hashes for a million
 * leaves.
 */
export class CompactTree {
  #size = 0
  #subtrees: Hash[] = []

  get size(): number {
    return this.#size
  }

  /** Appends a leaf, or all of the leaves of a complete subtree of that many. */
  push(hash: Hash, width = 1): void {
    if (this.#size % width !== 0) throw new RangeError(`no subtree of ${width} begins here`)
    let joined = hash
    for (let at = this.#size / width; at % 2 === 1; at = Math.floor(at / 2)) {
      const left = this.#subtrees.pop()
      if (left) joined = nodeHash(left, joined)
    }
    this.#subtrees.push(joined)
    this.#size += width
  }

  root(): Hash {
    return joinNodes(this.#subtrees)
  }

  copy(): CompactTree {
    const tree = new CompactTree()
    tree.#size = this.#size
    tree.#subtrees = [...this.#subtrees]
    return tree
  }
}
