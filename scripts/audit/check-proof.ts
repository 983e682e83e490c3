import type { JWK } from 'jose'
import * as z from 'zod'
import { canonical } from '../../src/platform/audit/entry.ts'
import {
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from '../../src/features/audit-log/tree/merkle.ts'
import type { Json } from './json.ts'
import { checkHead, type Known } from './known-heads.ts'
import { CannotCheck, count, day, printable, Wrong } from './wrong.ts'

const hash = z
  .string()
  .regex(/^[\w-]{43}$/)
  .transform((text) => Buffer.from(text, 'base64url'))

const inclusionSchema = z.object({
  log: z.string(),
  entry: z.looseObject({ v: z.literal(1), id: z.int().min(1) }),
  index: z.int(),
  size: z.int(),
  leaf_hash: hash,
  proof: z.array(hash),
  root: hash,
  head: z.string().nullable(),
})

const consistencySchema = z.object({
  log: z.string(),
  first: z.int(),
  second: z.int(),
  first_root: hash,
  second_root: hash,
  proof: z.array(hash),
  first_head: z.string().nullable(),
  second_head: z.string().nullable(),
})

/** Who vouches for roots: the pinned keys, and heads that were checked with them. */
export type Trust = Readonly<{ keys: readonly JWK[]; kept: readonly Known[] }>
type Proof = Readonly<{ path: string; proof: Json }>
type Root = Readonly<{ log: string; size: number; root: Buffer }>

/** Checks an answer that proves that an event stands in the log. Returns what it proves. */
export async function checkInclusion(
  { path, proof: answer }: Proof,
  trust: Trust,
): Promise<string> {
  const where = printable(path)
  const parsed = inclusionSchema.safeParse(answer)
  if (!parsed.success) throw new CannotCheck(`${where}: not an answer of the proof endpoint`)
  const { log, entry, index, size, leaf_hash: leaf, proof, root, head } = parsed.data
  const { id } = entry
  if (index !== id - 1) throw new Wrong(`entry ${id}: the proof is that of another (${where})`)
  if (Buffer.compare(leafHash(canonical(entry)), leaf) !== 0)
    throw new Wrong(`entry ${id}: edited (its hash is not the one that is proven: ${where})`)
  if (!verifyInclusion({ leaf, index, size, proof, root }))
    throw new Wrong(`entry ${id}: not in the tree (the proof does not lead to the root: ${where})`)
  const signed = await vouch({ log, size, root }, head, { ...trust, where })
  if (!signed) throw noHead(where, size)
  return `entry ${id} stands in the log of ${count(size)} entries, ${signed}`
}

/**
 * Checks an answer that proves that a log begins with a smaller one. Its larger root has to be
 * signed; then the smaller one is as good as signed, and is returned.
 */
export async function checkConsistency(
  { path, proof: answer }: Proof,
  trust: Trust,
): Promise<Readonly<{ says: string; known: Known[] }>> {
  const where = printable(path)
  const parsed = consistencySchema.safeParse(answer)
  if (!parsed.success) throw new CannotCheck(`${where}: not an answer of the proof endpoint`)
  const { log, first, second, proof, first_head, second_head } = parsed.data
  const { first_root: firstRoot, second_root: secondRoot } = parsed.data
  const signed = await vouch({ log, size: second, root: secondRoot }, second_head, {
    ...trust,
    where,
  })
  const isFirstSigned = await vouch({ log, size: first, root: firstRoot }, first_head, {
    ...trust,
    where,
  })
  if (!verifyConsistency({ first, second, firstRoot, secondRoot, proof }))
    throw new Wrong(
      `a forked history: ${count(second)} entries do not begin with the ${count(first)} (${where})`,
    )
  if (!signed) throw noHead(where, second)
  const says = `the log of ${count(second)} entries, ${signed}, begins with that of ${count(first)}`
  const how = isFirstSigned ?? `root ${firstRoot.toString('base64url')}, of which no head is here`
  const root = { log, where, size: first, root: firstRoot.toString('base64url') }
  const larger = { ...root, size: second, root: secondRoot.toString('base64url') }
  return { says: `${says}, ${how}`, known: [root, larger] }
}

/** Who has signed a root; `undefined` where nobody has. Throws if another was signed. */
async function vouch(
  { log, size, root }: Root,
  jws: string | null,
  { keys, kept, where }: Trust & Readonly<{ where: string }>,
): Promise<string | undefined> {
  const given = jws === null ? [] : [{ ...(await checkHead(keys, jws, where)), where }]
  const heads: readonly Known[] = [...given, ...kept.filter((known) => known.size === size)]
  for (const head of heads) {
    if (head.log !== log) throw new Wrong(`${where}: of another log than its head (${head.where})`)
    if (head.size !== size || head.root !== root.toString('base64url'))
      throw new Wrong(`${where}: of ${count(size)} entries another root was signed (${head.where})`)
  }
  const [head] = heads
  return (
    head && (head.at === undefined ? 'which leads to a signed head' : `signed at ${day(head.at)}`)
  )
}

const noHead = (where: string, size: number) =>
  new CannotCheck(`${where}: no head of ${count(size)} entries is here; give one with --head`)
