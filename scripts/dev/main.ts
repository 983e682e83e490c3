import { rmSync } from 'node:fs'
import { certificates } from './ca.ts'
import { startCrons } from './crons.ts'
import { migrate } from './database.ts'
import { bootstrapToken, inviteFirstAdmin } from './first-admin.ts'
import { startMailbox } from './mailbox.ts'
import { HELP, type Options, parseOptions, type SmtpServer } from './options.ts'
import { claimPort, freePort } from './ports.ts'
import { type Running, stopAll } from './processes.ts'
import { localSecrets } from './secrets.ts'
import { startWorker } from './worker.ts'

const DIRECTORY = '.dev'

const print = (line: string) => process.stdout.write(`${line}\n`)

async function step<T>(what: string, act: () => Promise<T>): Promise<T> {
  const from = performance.now()
  process.stdout.write(`  ${what} … `)
  try {
    const result = await act()
    print(`done (${((performance.now() - from) / 1000).toFixed(1)} s)`)
    return result
  } catch (error) {
    print('failed')
    throw error
  }
}

/** Starts everything, and returns what ends when one of its processes ends. */
async function run(options: Options) {
  await claimPort(options.port, '--port')
  if (!options.smtp) await claimPort(options.mailboxPort, '--mailbox-port')
  print('Phantom Security, on this machine only')
  const tls = await step('certificate for 127.0.0.1', () => certificates(DIRECTORY))
  process.env['NODE_EXTRA_CA_CERTS'] = tls.ca
  const secrets = await step('secrets', () => localSecrets(`${DIRECTORY}/secrets.json`))
  if (options.fresh) rmSync(options.state, { recursive: true, force: true })
  const mailbox = options.smtp
    ? outsideMailbox(options.smtp)
    : await step('mailbox', () => startMailbox(options, secrets.EMAIL_HOST_PASSWORD, tls))
  await step('database', () => migrate(options.state))
  const inspectorPort = await freePort()
  const { port, state } = options
  // To another mail server nothing is sent unasked.
  const token = options.smtp ? undefined : await bootstrapToken(`${DIRECTORY}/bootstrap-token`)
  const worker = await step('Worker', () =>
    startWorker({ port, inspectorPort, state, secrets, token, smtp: mailbox.smtp, print }),
  )
  const invited = token && (await inviteFirstAdmin(worker.url, token))
  print(`
  API            ${worker.url}/api/
  documentation  ${worker.url}/api/docs/
  mailbox        ${mailbox.url}${invited ? `\n  first admin    the invitation for ${invited} is in the mailbox` : ''}

  Changes of the code reload. Ctrl-C stops everything.
`)
  startCrons(worker.url)
  print(`READY api=${worker.url} mailbox=${mailbox.url}`)
  return [worker.running, mailbox.running].filter((running) => running !== undefined)
}

function outsideMailbox(smtp: SmtpServer) {
  const url = `${smtp.startTls ? 'starttls' : 'smtps'}://${smtp.host}:${smtp.port}`
  return { url, smtp, running: undefined }
}

/** Resolves at the first signal to stop. */
const stopSignal = () =>
  new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve())
  })

async function failWhenOneEnds(running: readonly Running[]): Promise<never> {
  const [name, code] = await Promise.race(
    running.map(async (process) => [process.name, await process.exited] as const),
  )
  throw new Error(`${name} stopped by itself with code ${code}`)
}

async function main() {
  const options = read(process.argv.slice(2))
  if (!options) return
  if (options.help) {
    process.stdout.write(HELP)
    return
  }
  process.env['WRANGLER_SEND_METRICS'] = 'false'
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false'
  process.env['WRANGLER_HIDE_BANNER'] = 'true'
  const stopped = stopSignal()
  try {
    await Promise.race([stopped, run(options).then(failWhenOneEnds)])
    print('\nstopping')
  } catch (error) {
    complain(error, 1)
  }
  await stopAll()
  // A start that was interrupted may still be waiting for something.
  process.exit()
}

function read(args: string[]) {
  try {
    return parseOptions(args)
  } catch (error) {
    complain(error, 2)
    return undefined
  }
}

function complain(error: unknown, exitCode: number) {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`dev: ${message}\n`)
  process.exitCode = exitCode
}

await main()
