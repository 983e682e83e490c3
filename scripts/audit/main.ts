import { HELP, parseOptions } from './options.ts'
import { run } from './run.ts'
import { CannotCheck, Wrong } from './wrong.ts'

/** What the verifier has to say, and the exit code that it ends with. */
export type Outcome = Readonly<{ status: number; stdout: string; stderr: string }>

/** Checks what the command line asks for. */
export async function main(args: string[]): Promise<Outcome> {
  try {
    const options = parseOptions(args)
    if (!options) return { status: 0, stdout: HELP, stderr: '' }
    const reports = await run(options)
    const lines = reports.flatMap(({ notes, summary }) => [
      ...notes.map((note) => `note: ${note}\n`),
      `ok: ${summary}\n`,
    ])
    return { status: 0, stdout: options.isQuiet ? '' : lines.join(''), stderr: '' }
  } catch (error) {
    if (error instanceof Wrong) return { status: 1, stdout: `${error.message}\n`, stderr: '' }
    const why = error instanceof Error ? error.message : String(error)
    const known = error instanceof CannotCheck ? why : `cannot read it: ${why}`
    return { status: 2, stdout: '', stderr: `audit:verify: ${known}\n` }
  }
}
