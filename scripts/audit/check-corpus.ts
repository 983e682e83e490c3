import * as z from 'zod'
import { verifyConsistency, verifyInclusion } from '../../src/features/audit-log/tree/merkle.ts'
import type { CorpusCase } from './kind.ts'
import { CannotCheck, count, printable } from './wrong.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const bytes = z
  .string()
  .regex(BASE64)
  .nullable()
  .transform((text) => Buffer.from(text ?? '', 'base64'))
const proof = z
  .array(bytes)
  .nullable()
  .transform((hashes) => hashes ?? [])
/**
 * Up to 2^64 - 1. What a number of JavaScript does not hold exactly is no size that a proof fits.
 */
const size = z.number().min(0)
const verdict = { desc: z.string().default(''), wantErr: z.boolean() }

/** The two kinds of cases that transparency-dev/merkle has in its testdata. */
const inclusionCase = z.object({
  leafIdx: size,
  treeSize: size,
  root: bytes,
  leafHash: bytes,
  proof,
  ...verdict,
})
const consistencyCase = z.object({
  size1: size,
  size2: size,
  root1: bytes,
  root2: bytes,
  proof,
  ...verdict,
})

type Verdicts = Readonly<{ wrong: string[]; summary: string }>

/** Compares our verdicts of published proofs with those that they should have. */
export function checkCorpus(cases: readonly CorpusCase[]): Verdicts {
  const kinds = { inclusion: 0, consistency: 0 }
  const wrong = cases.flatMap((item) => {
    const { kind, desc, wanted, found } = judge(item)
    kinds[kind] += 1
    const names = `${printable(item.path)}${desc === '' ? '' : ` (${printable(desc)})`}`
    return wanted === found
      ? []
      : [
          `${names}: ${kind} ${found ? 'holds' : 'does not hold'}, but should${wanted ? '' : ' not'}`,
        ]
  })
  const { inclusion, consistency } = kinds
  const each = `${count(inclusion)} of inclusion, ${count(consistency)} of consistency`
  return {
    wrong,
    summary: `${count(cases.length)} cases have the verdict that they should (${each})`,
  }
}

function judge({ path, value }: CorpusCase) {
  // Some of its cases have the longer name.
  const inclusion = inclusionCase.safeParse({ leafIdx: value['leafIndex'], ...value })
  if (inclusion.success) {
    const { leafIdx, treeSize, leafHash, ...rest } = inclusion.data
    const found = verifyInclusion({ ...rest, index: leafIdx, size: treeSize, leaf: leafHash })
    return { kind: 'inclusion', desc: rest.desc, wanted: !rest.wantErr, found } as const
  }
  const consistency = consistencyCase.safeParse(value)
  if (!consistency.success) throw new CannotCheck(`${printable(path)}: no case of a corpus`)
  const { size1, size2, root1, root2, ...rest } = consistency.data
  const input = { first: size1, second: size2, firstRoot: root1, secondRoot: root2 }
  const found = verifyConsistency({ ...input, proof: rest.proof })
  return { kind: 'consistency', desc: rest.desc, wanted: !rest.wantErr, found } as const
}
