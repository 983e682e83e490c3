import { parseArgs } from 'node:util'

export type Options = Readonly<{
  requests: number
  rounds: number
  /** Entries of the audit log that is checked; 0 measures the service instead. */
  audit: number
  json: boolean
  help: boolean
}>

export const HELP = `Measures CPU time and throughput against a bare Hono app on the same workerd.

  npm run bench -- [options]

  --requests <n>  requests a round of the light routes (200); those of a login follow from it
  --rounds <n>    rounds, ours and the twin in turn (7)
  --audit <n>     measures the offline verifier instead, with an audit log of that many entries
  --json          one JSON object instead of the table
  --help          this text

docs/benchmarks.md says what each figure means. Nothing else should be busy on the machine.
`

/** Reads the command line. Anything unknown or out of range is an error of one line. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '7' },
      audit: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    requests: count('--requests', values.requests, 10, 10_000),
    rounds: count('--rounds', values.rounds, 1, 100),
    audit: values.audit === undefined ? 0 : count('--audit', values.audit, 1, 100_000_000),
    json: values.json,
    help: values.help,
  }
}

function count(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new RangeError(`${name} takes a number between ${min} and ${max}, not "${text}"`)
}
