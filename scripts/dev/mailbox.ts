import type { Certificates } from './ca.ts'
import type { Options } from './options.ts'
import { freePort } from './ports.ts'
import { type Running, start } from './processes.ts'
import { untilReady } from './until-ready.ts'

const START_WITHIN_MS = 60_000
const USER = 'phantom@localhost.test'

/**
 * Starts maildev: an SMTP server with TLS and a password, and a page that shows what arrived. Both
 * listen on 127.0.0.1 only, since whoever reaches the page reads every code.
 */
export async function startMailbox(
  { mailboxPort, state }: Pick<Options, 'mailboxPort' | 'state'>,
  password: string,
  { cert, key }: Certificates,
) {
  const smtpPort = await freePort()
  const output: string[] = []
  const running: Running = start({
    name: 'the mailbox',
    args: [
      ['node_modules/maildev/dist/bin/maildev.js'],
      ['--smtp', `${smtpPort}`, '--ip', '127.0.0.1'],
      ['--web', `${mailboxPort}`, '--web-ip', '127.0.0.1'],
      // With the accounts that they were sent to; maildev's own place is a directory that all users
      // share.
      ['--mail-directory', `${state}/mails`],
      ['--incoming-secure', '--incoming-cert', cert, '--incoming-key', key],
    ].flat(),
    // Not on the command line, where every user of the machine could read them.
    env: { MAILDEV_INCOMING_USER: USER, MAILDEV_INCOMING_PASS: password },
    onLine: (line) => output.push(line),
  })
  const url = `http://127.0.0.1:${mailboxPort}`
  await untilReady(`${url}/api/email`, running, { withinMs: START_WITHIN_MS, output })
  const smtp = { host: '127.0.0.1', port: smtpPort, startTls: false, user: USER, password }
  return { url, smtp, running }
}
