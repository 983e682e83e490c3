import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HELP, type Options, parseOptions } from './bench/options.ts'

// Before miniflare is loaded, which reads them.
process.env['WRANGLER_SEND_METRICS'] = 'false'
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false'
process.env['WRANGLER_LOG'] = 'error'

async function bench(options: Options): Promise<void> {
  if (options.audit > 0) return benchAudit(options)
  const { start } = await import('./bench/start.ts')
  const { stopServers } = await import('./bench/servers.ts')
  const { measureAll } = await import('./bench/run.ts')
  const { measureStartUp } = await import('./bench/start-up.ts')
  const { machine, table, targetsOf } = await import('./bench/report.ts')
  const directory = mkdtempSync(join(tmpdir(), 'phantom-bench-'))
  const stop = async () => {
    await stopServers()
    rmSync(directory, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(1)))
  }
  const from = performance.now()
  try {
    tell('start-up')
    const startUpMs = measureStartUp(directory)
    tell('bundling and starting')
    const results = { ...(await measureAll(await start(directory), options, tell)), startUpMs }
    const seconds = Math.round((performance.now() - from) / 1000)
    const where = { ...machine(), workerd: workerdVersion(), seconds }
    print(
      options.json
        ? JSON.stringify({ ...where, options, ...results, targets: targetsOf(results) }, null, 2)
        : `${table(results)}\n\n${where.cpu}, ${where.cores} cores, Node ${where.node}, workerd ${where.workerd}, ${seconds} s`,
    )
  } finally {
    await stop()
  }
}

async function benchAudit({ audit, json }: Options): Promise<void> {
  const { measureAudit } = await import('./bench/audit.ts')
  const { machine } = await import('./bench/report.ts')
  const { cpu, cores, node } = machine()
  const run = await measureAudit(audit, tell)
  if (json) return void print(JSON.stringify({ cpu, cores, node, ...run }, null, 2))
  const seconds = `${run.seconds.toFixed(1)} s (${run.cpuSeconds.toFixed(1)} s of CPU)`
  print(`${run.entries} entries checked in ${seconds}, at most ${run.mebibytes.toFixed(0)} MiB`)
  print(`${cpu}, ${cores} cores, Node ${node}`)
}

function workerdVersion(): string {
  const { version } = JSON.parse(readFileSync('node_modules/workerd/package.json', 'utf8')) as {
    version: string
  }
  return version
}

const tell = (text: string) => void process.stderr.write(`bench: ${text}\n`)
const print = (text: string) => process.stdout.write(`${text}\n`)

function complain(error: unknown, exitCode: number) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = exitCode
}

async function main() {
  let options: Options
  try {
    options = parseOptions(process.argv.slice(2))
  } catch (error) {
    return complain(error, 2)
  }
  if (options.help) return print(HELP)
  try {
    await bench(options)
  } catch (error) {
    complain(error, 1)
  }
  // The client's open connections would keep the process.
  process.exit()
}

await main()
