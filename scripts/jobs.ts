import { parseArgs } from 'node:util'
import { runJob } from './jobs/run-job.ts'
import { allowSourceImports } from './source-imports.ts'

const HELP = `Runs one job in the dev server that is running, and says what it did.

  npm run jobs -- <name> [options]

  --list               names the jobs, and the crons that start them
  --port <port>        where the API of the dev server listens (8787)
  --state <directory>  where the dev server keeps its state (.dev/state)
  --help               this text
`

/** Reads the command line. Anything unknown is an error of one line. */
function parseOptions(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      port: { type: 'string', default: '8787' },
      state: { type: 'string', default: '.dev/state' },
      help: { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65_535) {
    throw new RangeError(`--port takes a port between 1 and 65535, not "${values.port}"`)
  }
  return { ...values, port, names: positionals }
}

async function main() {
  const { help, list, port, state, names } = parseOptions(process.argv.slice(2))
  if (help) return void process.stdout.write(HELP)
  allowSourceImports()
  const { crons } = await import('../src/crons.ts')
  const jobs = Object.entries(crons).map(([cron, { name }]) => ({ cron, name }))
  if (list) {
    const width = Math.max(...jobs.map(({ name }) => name.length))
    const lines = jobs.map(({ cron, name }) => `${name.padEnd(width)}  ${cron}\n`)
    return void process.stdout.write(lines.join(''))
  }
  const [name, ...others] = names
  if (name === undefined || others.length > 0)
    throw new Error('give the name of one job, or --list')
  if (!jobs.some((job) => job.name === name)) {
    throw new Error(`there is no job "${name}"; --list names them`)
  }
  process.stdout.write(`${name}: ${await runJob({ name, port, state })}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`jobs: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
