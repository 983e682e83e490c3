import { parseArgs } from 'node:util'

/** An SMTP server other than the local mailbox. */
export type SmtpServer = Readonly<{
  host: string
  port: number
  startTls: boolean
  user: string
  password: string
}>

export type Options = Readonly<{
  port: number
  mailboxPort: number
  state: string
  fresh: boolean
  help: boolean
  smtp: SmtpServer | undefined
}>

export const HELP = `Runs the whole service on this machine: mailbox, database, Worker.

  npm run dev -- [options]

  --port <port>          where the API listens (8787)
  --mailbox-port <port>  where the mailbox's page listens (1080)
  --fresh                starts with an empty state: no accounts, no sessions
  --state <directory>    where the state is kept (.dev/state)
  --smtp <url>           sends to another SMTP server instead of the local mailbox:
                         starttls://user:password@host:587 or smtps://user:password@host:465;
                         certificates of the local CA and of public ones are accepted
  --help                 this text

New passwords are held against the local list only; to ask a service about leaks as well, name it in the
environment: BREACHED_PASSWORDS_URL=https://api.pwnedpasswords.com/range

Pages of other origins may call the API where the environment names them:
CORS_ORIGINS=http://localhost:5173

Ctrl-C stops everything.
`

/** Reads the command line. Anything unknown or out of range is an error of one line. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '8787' },
      'mailbox-port': { type: 'string', default: '1080' },
      state: { type: 'string', default: '.dev/state' },
      smtp: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    port: port('--port', values.port),
    mailboxPort: port('--mailbox-port', values['mailbox-port']),
    state: values.state,
    fresh: values.fresh,
    help: values.help,
    smtp: values.smtp === undefined ? undefined : smtpServer(values.smtp),
  }
}

function port(name: string, text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= 65_535) return value
  throw new RangeError(`${name} takes a port between 1 and 65535, not "${text}"`)
}

function smtpServer(text: string): SmtpServer {
  const url = URL.parse(text)
  const startTls = url?.protocol === 'starttls:'
  if (!url || (!startTls && url.protocol !== 'smtps:') || !url.hostname || !url.username) {
    // The text itself may hold a password and is not repeated.
    throw new TypeError('--smtp takes starttls://user:password@host:port or smtps://…')
  }
  return {
    host: url.hostname,
    port: Number(url.port) || (startTls ? 587 : 465),
    startTls,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  }
}
