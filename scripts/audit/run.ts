import { checkCorpus } from './check-corpus.ts'
import { checkLog, type Source } from './check-log.ts'
import { checkConsistency, checkInclusion, type Trust } from './check-proof.ts'
import { type Input, readInput } from './kind.ts'
import { checkHead, inOrder, type Known } from './known-heads.ts'
import type { Options } from './options.ts'
import { readKeys } from './pinned-keys.ts'
import type { Report } from './report.ts'
import { CannotCheck, count, day, printable, Wrong } from './wrong.ts'

/** Checks what the command line names. Throws `Wrong` or `CannotCheck` where it is not right. */
export async function run(options: Options): Promise<readonly Report[]> {
  const inputs = await readInputs(options.paths)
  const cases = inputs.flatMap((input) => (input.kind === 'corpus' ? input.cases : []))
  if (cases.length > 0 && inputs.every(({ kind }) => kind === 'corpus')) {
    const { wrong, summary } = checkCorpus(cases)
    if (wrong.length > 0) throw new Wrong(wrong.join('\n'))
    return [{ summary, notes: [] }]
  }
  const keys = readKeys(options.key)
  const kept = await readKept(options.heads, keys)
  const trust = { keys, kept }
  const sources = inputs.filter(isSource)
  if (sources.length === inputs.length) return [await checkLog(sources, { ...options, ...trust })]
  const reports: Report[] = []
  for (const input of inputs) reports.push({ summary: await checkOne(input, trust), notes: [] })
  return reports
}

const isSource = (input: Input): input is Source =>
  input.kind === 'archive' || input.kind === 'export'

async function readInputs(paths: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = []
  for (const path of paths) inputs.push(await readInput(path))
  return inputs
}

/** Heads that were kept from before: what no archive can have changed since. */
async function readKept(paths: readonly string[], keys: Trust['keys']): Promise<Known[]> {
  const known: Known[] = []
  for (const input of await readInputs(paths)) {
    if (input.kind === 'head') known.push(await knownHead(keys, input))
    else if (input.kind === 'consistency')
      known.push(...(await checkConsistency(input, { keys, kept: [] })).known)
    else throw new CannotCheck('--head takes a signed head or a consistency proof')
  }
  return inOrder(known)
}

const knownHead = async (keys: Trust['keys'], { path, jws }: { path: string; jws: string }) => {
  const where = printable(path)
  return { ...(await checkHead(keys, jws, where)), where }
}

async function checkOne(input: Input, trust: Trust): Promise<string> {
  switch (input.kind) {
    case 'inclusion':
      return checkInclusion(input, trust)
    case 'consistency':
      return (await checkConsistency(input, trust)).says
    case 'head': {
      const head = await knownHead(trust.keys, input)
      inOrder([...trust.kept, head])
      return `${head.where}: a head of ${count(head.size)} entries, signed at ${day(head.at)}; that it has the smaller heads in it takes a consistency proof`
    }
    case 'archive':
    case 'export':
    case 'corpus':
      throw new CannotCheck('logs, proofs and corpora are checked one kind at a time')
  }
}
