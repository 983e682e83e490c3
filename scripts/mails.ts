import { parseArgs } from 'node:util'
import { claimPort } from './dev/ports.ts'
import { allowSourceImports } from './source-imports.ts'

const HELP = `Shows every mail in every language, as HTML and as plain text.

  npm run mails -- [options]

  --port <port>  where the pages are (1090)
  --help         this text

A change of a template shows after a new start. Ctrl-C stops it.
`

/** Reads the command line. Anything unknown or out of range is an error of one line. */
function parseOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '1090' },
      help: { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65_535) {
    throw new RangeError(`--port takes a port between 1 and 65535, not "${values.port}"`)
  }
  return { port, help: values.help }
}

async function main() {
  const { port, help } = parseOptions(process.argv.slice(2))
  if (help) return void process.stdout.write(HELP)
  await claimPort(port, '--port')
  allowSourceImports()
  const { startPreview } = await import('./mails/start-preview.ts')
  const stop = await startPreview(port)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, stop)
  process.stdout.write(`READY mails=http://127.0.0.1:${port}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`mails: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
