import { env } from 'cloudflare:workers'
import type { Connection, Fault, Mail, SmtpMailbox } from './smtp-mailbox/types.ts'

export type { Connection, Mail, Ports } from './smtp-mailbox/types.ts'

const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
  const response = await fetch(new URL(path, env.MAILBOX_URL), init)
  if (!response.ok) throw new Error(`mailbox: ${await response.text()}`)
  return response.json<T>()
}

const own = await ask<SmtpMailbox>('/mailboxes', { method: 'POST' })

/**
 * The ports of good and bad servers that no other worker sends to. The real queue sends to others.
 */
export const mailboxPorts = own.ports

/** Every connection to this worker's own servers, whoever it was for. */
export const allConnections = () => ask<Connection[]>(`/connections?mailbox=${own.id}`)

/** Connections that named the address in a RCPT command, with all that the client said in them. */
export const connectionsTo = (address: string) =>
  ask<Connection[]>(`/connections?${String(new URLSearchParams({ to: address }))}`)

const mailsWithin = (waitMs: number, address: string, after: number) =>
  ask<Mail[]>(
    `/mails?${String(new URLSearchParams({ to: address, after: `${after}`, wait: `${waitMs}` }))}`,
  )

/** The mails to an address beyond the first `after` (0): all that has been delivered so far. */
export const mailsTo = (address: string, { after = 0 } = {}) => mailsWithin(0, address, after)

const read = new Map<string, number>()

/**
 * The next mail to an address that no test has yet read, as soon as it is there. Fails after 5 s.
 */
export async function nextMail(address: string): Promise<Mail> {
  const after = read.get(address) ?? 0
  const [mail] = await mailsWithin(5000, address, after)
  if (!mail) throw new Error(`no mail number ${after + 1} to ${address}`)
  read.set(address, after + 1)
  return mail
}

/**
 * Plans what happens to the next `times` (1) mails to an address (or `*@domain`): by default the
 * RCPT command is refused with `reply` (451). `act: 'hang'` never answers, `act: 'close'` drops the
 * connection; `stage: 'data'` does it after the message instead, `stage: 'mail'` before, to a
 * sender.
 */
export const failMailsTo = (to: string, fault: Partial<Omit<Fault, 'to'>> = {}) =>
  ask<number>('/faults', { method: 'POST', body: JSON.stringify({ to, ...fault }) })
