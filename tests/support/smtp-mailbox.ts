import { env } from 'cloudflare:workers'
import type { Connection, Fault, Mail, Ports } from './mailbox/types.ts'

export type { Connection, Mail, Ports } from './mailbox/types.ts'
export { codeIn, linkIn, tokenIn } from './mailbox/read.ts'

const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
  const response = await fetch(new URL(path, env.MAILBOX_URL), init)
  if (!response.ok) throw new Error(`mailbox: ${await response.text()}`)
  return response.json<T>()
}

/**
 * The mails to an address beyond the first `after` (0), as soon as there is one; an empty list after
 * `waitMs` (5 s at most, the default). A test that expects silence sets `waitMs` low.
 */
export const mailsTo = (address: string, { after = 0, waitMs = 5000 } = {}) =>
  ask<Mail[]>(
    `/mails?${String(new URLSearchParams({ to: address, after: `${after}`, wait: `${waitMs}` }))}`,
  )

const read = new Map<string, number>()

/** The next mail to an address that this test file has not yet read. Fails after 5 s. */
export async function nextMail(address: string): Promise<Mail> {
  const after = read.get(address) ?? 0
  const [mail] = await mailsTo(address, { after })
  if (!mail) throw new Error(`no mail number ${after + 1} to ${address}`)
  read.set(address, after + 1)
  return mail
}

/** Connections that named the address in a RCPT command, with all that the client said in them. */
export const connectionsTo = (address: string) =>
  ask<Connection[]>(`/connections?${String(new URLSearchParams({ to: address }))}`)

/** Every connection of the run, to any port, whoever it was for. */
export const allConnections = () => ask<Connection[]>('/connections')

/** The ports of the good and the bad servers. */
export const mailboxPorts = () => ask<Ports>('/ports')

/**
 * Plans what happens to the next `times` (1) mails to an address (or `*@domain`): by default the RCPT
 * command is refused with `reply` (451). `act: 'hang'` never answers, `act: 'close'` drops the
 * connection; `stage: 'data'` does it after the message instead.
 */
export const failMailsTo = (to: string, fault: Partial<Omit<Fault, 'to'>> = {}) =>
  ask<number>('/faults', { method: 'POST', body: JSON.stringify({ to, ...fault }) })
