import type { Connection, Fault, Mail } from './types.ts'

const key = (address: string) => address.toLowerCase()

/** Whether a fault's pattern (`ada@example.com`, or `*@slow.example`) means this address. */
const matches = (pattern: string, address: string) =>
  pattern.startsWith('*')
    ? key(address).endsWith(key(pattern.slice(1)))
    : key(address) === key(pattern)

/**
 * What the mailboxes have seen: mails, connections with every line of their talk, and planned
 * faults.
 */
export function createRecords() {
  const mails: Mail[] = []
  const connections = new Map<string, Connection>()
  const faults: Fault[] = []
  const waiting = new Set<() => void>()

  const mailsTo = (address: string) =>
    mails.filter(({ envelope }) => envelope.to.some((to) => key(to) === key(address)))

  return {
    opened: (id: string, server: Pick<Connection, 'mailbox' | 'port'>) =>
      connections.set(id, { id, ...server, secure: false, user: null, lines: [], to: [] }),
    connection: (id: string) => connections.get(id),

    /** Connections that named the address in a RCPT command, whichever mailbox they were to. */
    connectionsTo: (address: string) =>
      [...connections.values()].filter(({ to }) => to.some((entry) => key(entry) === key(address))),

    connectionsOf: (mailbox: number) =>
      [...connections.values()].filter((connection) => connection.mailbox === mailbox),

    add(mail: Omit<Mail, 'id'>) {
      mails.push({ ...mail, id: mails.length + 1 })
      for (const wake of waiting) wake()
    },

    /**
     * The mails to an address beyond the first `after`, as soon as there are any, or none in time.
     */
    async waitForMails(address: string, after: number, waitMs: number): Promise<Mail[]> {
      const until = Date.now() + waitMs
      for (;;) {
        const found = mailsTo(address).slice(after)
        const left = until - Date.now()
        if (found.length > 0 || left <= 0) return found
        await new Promise<void>((resolve) => {
          const wake = () => {
            clearTimeout(timer)
            waiting.delete(wake)
            resolve()
          }
          const timer = setTimeout(wake, left)
          waiting.add(wake)
        })
      }
    },

    plan: (fault: Fault) => faults.push(fault),
    /** The fault planned for this address at this command, counted down. */
    faultFor(stage: Fault['stage'], addresses: readonly string[]) {
      const fault = faults.find(
        ({ to, stage: at, times }) =>
          at === stage && times > 0 && addresses.some((address) => matches(to, address)),
      )
      if (fault) fault.times -= 1
      return fault
    },
  }
}

export type Records = ReturnType<typeof createRecords>
