import type { SmtpServer } from './options.ts'
import { type Running, start } from './processes.ts'
import type { Secrets } from './secrets.ts'
import { untilReady } from './until-ready.ts'

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js'
const START_WITHIN_MS = 60_000

// Our own log line per request says more than wrangler's, and the bindings do not change by a
// reload.
const NOISE = [
  // Jobs that found nothing to do.
  /"event":"sys_job_done".*"counts":\{("\w+":0,?)*\}/,
  // Of jobs that failed: the line before says more.
  /Uncaught Error: failed: [\w-]+/,
  /^\s+at runJob \(/,
  /^\[wrangler:info\] (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /,
  /^\s*$/,
  /^env\.\w+ /,
  /^Your Worker has access/,
  /^Binding\s+Resource/,
]

type WorkerOptions = Readonly<{
  port: number
  inspectorPort: number
  state: string
  secrets: Secrets
  /** Opens the invitation of the first admin. */
  token: string | undefined
  smtp: SmtpServer
  print: (line: string) => void
}>

/** Starts the Worker with everything local, and returns once it answers. */
export async function startWorker(options: WorkerOptions) {
  const { port, state, secrets, token, smtp, print } = options
  const url = `http://127.0.0.1:${port}`
  const output: string[] = []
  let isReady = false
  const running: Running = start({
    name: 'the Worker',
    args: [
      [WRANGLER, 'dev', '--ip', '127.0.0.1', '--port', `${port}`],
      // Both are unauthenticated ways into the running Worker.
      ['--inspector-ip', '127.0.0.1', '--inspector-port', `${options.inspectorPort}`],
      ['--persist-to', state, '--show-interactive-dev-session=false'],
      vars(url, smtp).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
      // Wrangler takes from the environment what every deployment must have, and this is not. It is
      // used up before anybody can read it in the list of processes.
      ...(token === undefined ? [] : ['--var', `BOOTSTRAP_TOKEN:${token}`]),
    ].flat(),
    // Secrets travel in the environment: no file, and not in the list of processes.
    env: { ...secrets, EMAIL_HOST_PASSWORD: smtp.password },
    onLine: (line) => {
      output.push(line)
      if (output.length > 100) output.shift()
      if (isReady && !NOISE.some((noise) => noise.test(line))) print(line)
    },
  })
  await untilReady(`${url}/api/health/`, running, {
    withinMs: START_WITHIN_MS,
    output,
    // A build that fails waits for the next change of the code.
    fatal: /Build failed|Workers runtime failed/,
  })
  isReady = true
  return { url, running }
}

const vars = (url: string, smtp: SmtpServer) =>
  Object.entries({
    PUBLIC_URL: url,
    ISSUER: url,
    // Nothing leaves this machine unless it is asked to.
    BREACHED_PASSWORDS_URL: process.env['BREACHED_PASSWORDS_URL'] ?? '',
    CORS_ORIGINS: process.env['CORS_ORIGINS'] ?? '',
    // The mailbox takes any number, and all callers here are of one network.
    EMAIL_DAILY_LIMIT: process.env['EMAIL_DAILY_LIMIT'] ?? '100000',
    EMAIL_PROVIDER: 'smtp',
    EMAIL_HOST: smtp.host,
    EMAIL_PORT: `${smtp.port}`,
    EMAIL_USE_TLS: `${smtp.startTls}`,
    EMAIL_USE_SSL: `${!smtp.startTls}`,
    EMAIL_HOST_USER: smtp.user,
    EMAIL_FROM: `Phantom Security <${smtp.user.includes('@') ? smtp.user : 'phantom@localhost.test'}>`,
  })
