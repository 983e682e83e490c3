import type { JWK } from 'jose'
import { type TreeHead, verifyHead } from '../../src/features/audit-log/tree/tree-head.ts'
import { isRecord, parseJson } from './json.ts'
import { count, day, printable, Wrong } from './wrong.ts'

/**
 * A root that is vouched for: by a head's signature, or by a proof that leads from it to a signed
 * head.
 */
export type Known = Readonly<{
  size: number
  root: string
  log: string
  where: string
  at?: number
}>

/** What a signed head says, if one of the pinned keys has signed it. */
export async function checkHead(
  keys: readonly JWK[],
  jws: string,
  where: string,
): Promise<TreeHead> {
  const head = await verifyHead(keys, jws)
  if (head) return head
  const kid = kidOf(jws)
  const isPinned = keys.some((key) => key.kid === kid)
  throw new Wrong(
    `${where}: ${isPinned ? 'wrong signature' : `signed with a key that is not pinned (${printable(kid)})`}`,
  )
}

function kidOf(jws: string): string {
  try {
    const header = parseJson(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString('utf8'))
    return isRecord(header) && typeof header['kid'] === 'string' ? header['kid'] : 'it names none'
  } catch {
    return 'it names none'
  }
}

/**
 * The heads by size, each once. Between them, a log has one name, one root a size, and neither its
 * size nor its time ever goes back: heads that say otherwise were signed for different histories.
 */
export function inOrder(heads: readonly Known[]): Known[] {
  const sorted = heads.toSorted((a, b) => a.size - b.size || (a.at ?? 0) - (b.at ?? 0))
  sorted.forEach((head, at) => {
    const before = sorted[at - 1]
    if (before) compare(before, head)
  })
  compareTimes(sorted.filter(({ at }) => at !== undefined))
  return sorted.filter(({ size }, at) => sorted[at - 1]?.size !== size)
}

function compare(a: Known, b: Known): void {
  if (a.log !== b.log)
    throw new Wrong(`${b.where}: of another log (${printable(b.log)}, not ${printable(a.log)})`)
  if (a.size === b.size && a.root !== b.root)
    throw new Wrong(
      `a forked history: two roots have been signed for ${count(a.size)} entries (${a.where}, ${b.where})`,
    )
}

const compareTimes = (heads: readonly Known[]) =>
  heads.forEach((b, index) => {
    const a = heads[index - 1]
    if (a && a.size < b.size && (a.at ?? 0) > (b.at ?? 0))
      throw new Wrong(
        `${b.where}: the head of ${count(b.size)} entries was signed at ${day(b.at ?? 0)}, before that of ${count(a.size)} (${a.where})`,
      )
  })
