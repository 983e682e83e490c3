import { readFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { certificates, foreignCertificate } from '../../scripts/dev/ca.ts'
import { localSecrets } from '../../scripts/dev/secrets.ts'
import { startBreachStub } from './breach-stub.ts'
import { httpServer } from './mailbox/http.ts'
import { createRecords } from './mailbox/records.ts'
import { type Login, smtpServer, tcpServer } from './mailbox/smtp.ts'
import type { Ports } from './mailbox/types.ts'

/** The directory of what this machine makes once: certificates and secrets. Never in git. */
export const LOCAL_DIRECTORY = '.dev'
export const SECRETS_FILE = `${LOCAL_DIRECTORY}/secrets.json`
export const MAILBOX_USER = 'phantom@phantom.test'

declare module 'vitest' {
  interface ProvidedContext {
    mailbox: { url: string; ports: Ports }
    breaches: { url: string }
    /** Whether this is `npm run test:deep` (tests/support/many.ts). */
    isDeep: boolean
  }
}

/**
 * Starts a mailbox of real SMTP servers on 127.0.0.1, good ones and bad ones (`Ports`), whose mails
 * are read over HTTP.
 */
export async function startMailbox(login: Login) {
  const paths = await certificates(LOCAL_DIRECTORY)
  const trusted = { cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') }
  const records = createRecords()
  const start = (name: keyof Ports, options = {}) =>
    smtpServer(name, records, login, { ...trusted, ...options })
  const servers = {
    starttls: await start('starttls'),
    tls: await start('tls', { secure: true }),
    plain: await start('plain', { disabledCommands: ['STARTTLS'], allowInsecureAuth: true }),
    foreign: await start('foreign', await foreignCertificate()),
    noAuth: await start('noAuth', { disabledCommands: ['AUTH'], authOptional: true }),
    badAuth: await start('badAuth'),
    silent: await tcpServer(false),
    closing: await tcpServer(true),
  }
  const ports: Ports = {
    starttls: servers.starttls.port,
    tls: servers.tls.port,
    plain: servers.plain.port,
    foreign: servers.foreign.port,
    noAuth: servers.noAuth.port,
    badAuth: servers.badAuth.port,
    silent: servers.silent.port,
    closing: servers.closing.port,
  }
  const http = await httpServer(records, ports)
  const close = async () => {
    await Promise.all([http.close(), ...Object.values(servers).map((server) => server.close())])
  }
  return { url: http.url, ports, close }
}

/** Vitest's global setup: one mailbox and one list of leaked passwords for the whole run. */
export default async function setup(project: TestProject) {
  const { EMAIL_HOST_PASSWORD } = await localSecrets(SECRETS_FILE)
  const mailbox = await startMailbox({ user: MAILBOX_USER, password: EMAIL_HOST_PASSWORD })
  project.provide('mailbox', { url: mailbox.url, ports: mailbox.ports })
  const breaches = await startBreachStub()
  project.provide('breaches', { url: breaches.url })
  return () => Promise.all([mailbox.close(), breaches.close()])
}
