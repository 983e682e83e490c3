import { setFlagsFromString } from 'node:v8'
import { allowSourceImports } from './source-imports.ts'

// V8 would let garbage grow with the length of the log: 224 MiB for two million entries, instead of
// 110.
setFlagsFromString('--optimize-for-size')
allowSourceImports()

const { main } = await import('./audit/main.ts')
const { status, stdout, stderr } = await main(process.argv.slice(2))
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = status
