import { type Entry, type Gap, gapAt } from '../../src/platform/audit/entry.ts'
import { base64url, type Hash } from '../../src/features/audit-log/tree/merkle.ts'
import type { CompactTree } from './compact-tree.ts'
import { diagnose, WINDOW } from './diagnose.ts'
import { type EntryLine, leafOf } from './entry-line.ts'
import type { Known } from './known-heads.ts'
import type { TileFiles } from './tile-files.ts'
import { deleted, forked, outOfReach, wrongTile } from './verdicts.ts'
import { Wrong, wrongEntry } from './wrong.ts'

/** Entries in a row that may be missing from an export before the rest is not worth reading. */
const MOST_MISSING = 10_000

const OR_TILE = ', or its tile is wrong: no head is of it'

/** The first entry whose hash is not the one in its tile: one of the two is wrong. */
type Doubt = Readonly<{ id: number; entries: (Entry | Gap)[] }>

/**
 * The log as it is read, entry after entry: its tree, and beside it, from where they part, the tree
 * of the tiles. A signed root that fits the one or the other tells which of them is wrong.
 */
export class History {
  readonly #heads: readonly Known[]
  readonly #tiles: TileFiles
  readonly #tree: CompactTree
  /**
   * Entries that are not here, since the last root that fits: it may be that they were sealed so.
   */
  readonly #missing = new Set<number>()
  #sealed: CompactTree | undefined
  #doubt: Doubt | undefined
  #isDecided = false
  #at: number
  #fits: Known | undefined
  #unfit: Known | undefined

  /** The tree is that of the entries before the first one that comes. */
  constructor(heads: readonly Known[], tiles: TileFiles, tree: CompactTree) {
    this.#heads = heads
    this.#tiles = tiles
    this.#tree = tree
    this.#at = heads.filter(({ size }) => size <= tree.size).length
  }

  /** The number of the entry that comes next. */
  get next(): number {
    return this.#tree.size + 1
  }

  /** The largest head whose root these entries have. */
  get fits(): Known | undefined {
    return this.#fits
  }

  take({ id, entry, leaf }: EntryLine): void {
    if (this.#isDecided && this.#isWindowFull()) throw this.#verdict()
    if (id < this.next) throw this.#tooLate(id)
    this.missThrough(id - 1)
    this.#push(entry, leaf)
  }

  /** Takes it that entries up to this one are missing, and were sealed as missing. */
  missThrough(last: number): void {
    if (last - this.next > MOST_MISSING) throw this.#verdict() ?? deleted(this.next, last + 1)
    while (this.next <= last) {
      const gap = gapAt(this.next)
      this.#missing.add(gap.id)
      this.#push(gap, leafOf(gap))
    }
  }

  /** All that there is has been read: throws if any of it is wrong. */
  end(): void {
    const wrong = this.#verdict()
    if (wrong) throw wrong
  }

  #push(entry: Entry | Gap, leaf: Hash): void {
    const sealed = this.#tiles.leaf(this.#tree.size)
    if (sealed && !this.#doubt && Buffer.compare(sealed, leaf) !== 0) {
      this.#doubt = { id: entry.id, entries: [] }
      this.#sealed = this.#tree.copy()
    }
    if (this.#doubt && !this.#isWindowFull()) this.#doubt.entries.push(entry)
    this.#tree.push(leaf)
    this.#sealed?.push(sealed ?? leaf)
    const head = this.#heads[this.#at]
    if (head?.size !== this.#tree.size) return
    this.#at += 1
    this.#compare(head)
  }

  #isWindowFull = () => (this.#doubt?.entries.length ?? 0) > 2 * WINDOW

  #compare(head: Known): void {
    if (base64url(this.#tree.root()) === head.root) {
      if (this.#unfit) throw forked(this.#unfit, head)
      if (this.#doubt) throw wrongTile(this.#doubt.id)
      this.#fits = head
      this.#missing.clear()
    } else if (this.#sealed && base64url(this.#sealed.root()) === head.root) this.#isDecided = true
    else this.#unfit ??= head
  }

  /** An entry that should have come before: out of its place, or a second time. */
  #tooLate(id: number): Wrong {
    const [first = id] = [this.#doubt?.id, this.#unfit?.size].filter((at) => at !== undefined)
    const earlier = first < id ? this.#verdict() : undefined
    const after = `it stands after entry ${this.next - 1}`
    return (
      earlier ??
      (this.#missing.has(id)
        ? wrongEntry(id, 'reordered', after)
        : wrongEntry(id, 'inserted', `${after}, where it does not belong`))
    )
  }

  #verdict(): Wrong | undefined {
    const [missing] = this.#missing
    const { id, entries } = this.#doubt ?? { id: Infinity, entries: [] }
    if (this.#unfit && !this.#isDecided && missing === undefined)
      return outOfReach((this.#fits?.size ?? 0) + 1, this.#unfit, this.#doubt?.id)
    if (missing !== undefined && missing <= id) return deleted(missing)
    if (!this.#doubt) return undefined
    const what = diagnose(id, entries, (at) => this.#tiles.leaf(at - 1))
    return new Wrong(`entry ${id}: ${what}${this.#isDecided ? '' : OR_TILE}`)
  }
}
