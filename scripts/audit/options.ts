import { parseArgs } from 'node:util'
import { CannotCheck } from './wrong.ts'

export const HELP = `Checks the audit log without a network and without a database, against a key that you have pinned.

  npm run audit:verify -- --key <file> [options] <path> [<path>]

  <path>            an archive (the folder that audit/ is in), an export, several of one log in order, an archive
                    and the exports after it, an answer of the proof endpoint, a signed head, or a corpus of proofs
  --key <file>      public key: a JWK, a JWKS, or what /.well-known/audit-head once answered
  --head <file>     a head or a consistency proof that you have kept; may be given more than once
  --from <id>       the first entry is meant to be this one (1)
  --through <id>    the log has to go to this entry at least
  --quiet           says nothing but what is wrong
  --help            this text

Exit code 0: as it was sealed. 1: it is not, and the first wrong entry is named. 2: it cannot be told.
docs/audit-log.md says how to get and pin a key, and what the verdicts mean.
`

export type Options = Readonly<{
  paths: readonly string[]
  key: string | undefined
  heads: readonly string[]
  from: number
  through: number | undefined
  isQuiet: boolean
}>

/** Reads the command line; `undefined` asks for help. */
export function parseOptions(args: string[]): Options | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  if (positionals.length === 0) throw new CannotCheck('give the path of what is to be checked')
  return {
    paths: positionals,
    key: values.key,
    heads: values.head,
    from: values.from === undefined ? 1 : entryId('--from', values.from),
    through: values.through === undefined ? undefined : entryId('--through', values.through),
    isQuiet: values.quiet,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        head: { type: 'string', multiple: true, default: [] },
        from: { type: 'string' },
        through: { type: 'string' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new CannotCheck(error instanceof Error ? error.message : String(error))
  }
}

function entryId(name: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new CannotCheck(`${name} takes the number of an entry, not "${text}"`)
}
