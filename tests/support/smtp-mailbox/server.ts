import { readFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { certificates, foreignCertificate } from '../../../scripts/dev/ca.ts'
import { localSecrets } from '../../../scripts/dev/secrets.ts'
import { startBreachStub } from '../breach-stub.ts'
import { httpServer } from './http.ts'
import { createRecords } from './records.ts'
import { type Login, smtpServer, tcpServer } from './smtp.ts'
import type { PortName, SmtpMailbox } from './types.ts'

/** The directory of what this machine makes once: certificates and secrets. Never in git. */
export const LOCAL_DIRECTORY = '.dev'
export const SECRETS_FILE = `${LOCAL_DIRECTORY}/secrets.json`
export const MAILBOX_USER = 'phantom@phantom.test'

declare module 'vitest' {
  interface ProvidedContext {
    /** The mailbox that the Worker of the tests sends to. */
    mailbox: { url: string } & SmtpMailbox
    breaches: { url: string }
    /** Whether this is `npm run test:deep` (tests/support/many.ts). */
    isDeep: boolean
  }
}

/**
 * Starts a mailbox of real SMTP servers on 127.0.0.1, good ones and bad ones (`Ports`), whose mails
 * are read over HTTP; more such servers are opened on request, to count the connections to them.
 */
export async function startMailbox(login: Login) {
  const paths = await certificates(LOCAL_DIRECTORY)
  const trusted = { cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') }
  const foreign = await foreignCertificate()
  const records = createRecords()
  const servers: { close: () => Promise<void> }[] = []
  let mailboxes = 0

  const open = async (): Promise<SmtpMailbox> => {
    const id = (mailboxes += 1)
    const start = async (port: PortName, options = {}) => {
      const server = await smtpServer({ port, mailbox: id }, records, login, {
        ...trusted,
        ...options,
      })
      servers.push(server)
      return server.port
    }
    const startTcp = async (hangsUp: boolean) => {
      const server = await tcpServer(hangsUp)
      servers.push(server)
      return server.port
    }
    const ports = {
      starttls: await start('starttls'),
      tls: await start('tls', { secure: true }),
      plain: await start('plain', { disabledCommands: ['STARTTLS'], allowInsecureAuth: true }),
      foreign: await start('foreign', foreign),
      noAuth: await start('noAuth', { disabledCommands: ['AUTH'], authOptional: true }),
      badAuth: await start('badAuth'),
      silent: await startTcp(false),
      closing: await startTcp(true),
    }
    return { id, ports }
  }

  const first = await open()
  const http = await httpServer(records, open)
  const close = async () => {
    await Promise.all([http.close(), ...servers.map((server) => server.close())])
  }
  return { url: http.url, ...first, close }
}

/** Vitest's global setup: one mailbox and one list of leaked passwords for the whole run. */
export default async function setup(project: TestProject) {
  const { EMAIL_HOST_PASSWORD } = await localSecrets(SECRETS_FILE)
  const { close, ...mailbox } = await startMailbox({
    user: MAILBOX_USER,
    password: EMAIL_HOST_PASSWORD,
  })
  project.provide('mailbox', mailbox)
  const breaches = await startBreachStub()
  project.provide('breaches', { url: breaches.url })
  return () => Promise.all([close(), breaches.close()])
}
