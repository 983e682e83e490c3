import { setFlagsFromString } from 'node:v8'
import { HELP, parseOptions } from './audit/options.ts'
import { CannotCheck, Wrong } from './audit/wrong.ts'
import { allowSourceImports } from './source-imports.ts'

// V8 would let garbage grow with the length of the log: 224 MiB for two million entries, instead of 110.
setFlagsFromString('--optimize-for-size')

async function main() {
  const options = parseOptions(process.argv.slice(2))
  if (!options) return void process.stdout.write(HELP)
  allowSourceImports()
  const { run } = await import('./audit/run.ts')
  const reports = await run(options)
  if (options.isQuiet) return
  for (const { notes, summary } of reports)
    process.stdout.write([...notes.map((note) => `note: ${note}`), `ok: ${summary}`, ''].join('\n'))
}

try {
  await main()
} catch (error) {
  if (error instanceof Wrong) {
    process.stdout.write(`${error.message}\n`)
    process.exitCode = 1
  } else {
    const why = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `audit:verify: ${error instanceof CannotCheck ? why : `cannot read it: ${why}`}\n`,
    )
    process.exitCode = 2
  }
}
