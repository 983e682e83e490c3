import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { mails as templates } from '../../../src/mails'
import { SYSTEM } from '../../../src/platform/caller'
import { createDeps, type Deps } from '../../../src/platform/deps'
import { recordDeadMails } from '../../../src/platform/email/dead-mails'
import { deliverMails, type MailDeps } from '../../../src/platform/email/deliver'
import { enqueueMail, type MailRequest } from '../../../src/platform/email/enqueue'
import { settings } from '../../../src/platform/settings'
import { mailboxPorts } from '../../support/smtp-mailbox'

/**
 * Real bindings and SMTP to this worker's own mailbox; the queue keeps what it is sent, so that a
 * test hands it on batch by batch.
 */
export function startMail(overrides: Partial<MailDeps> = {}) {
  const queue: string[] = []
  const mailQueue = {
    send: (body: string) => {
      queue.push(body)
      return Promise.resolve()
    },
  }
  const deps = {
    ...createDeps(env, () => {}),
    // Of a small limit repeats wait for the hour of the day (decision 024): it is the subject of some.
    ...withSettings({ EMAIL_DAILY_LIMIT: 100_000 }),
    caller: callerFrom('203.0.113.7'),
    mailQueue: mailQueue as unknown as Deps['mailQueue'],
    // Its own budget: the tests of a file share their storage.
    mailBudgets: budgetNamed(crypto.randomUUID()),
    ...overrides,
  }
  let messages = 0
  const run = crypto.randomUUID()

  /** What the queue would hand out; `attempts` counts from 1. */
  const message = (body: string, attempts = 1) => {
    messages += 1
    return { id: `${run}${messages}`, timestamp: deps.now(), attempts, body }
  }
  type Queued = ReturnType<typeof message>

  /** Hands a batch to a consumer: which messages it acknowledged, and which it put off for how long. */
  const consume =
    (name: string, consumer: typeof deliverMails | typeof recordDeadMails) =>
    async (batchMessages: Queued[]) => {
      const batch = createMessageBatch<string>(name, batchMessages)
      const delays = new Map<string, number | undefined>()
      const messages = batch.messages.map((message) => ({
        id: message.id,
        timestamp: message.timestamp,
        attempts: message.attempts,
        body: message.body,
        ack: () => message.ack(),
        // The platform's own result does not tell the delay.
        retry: (options?: QueueRetryOptions) => {
          requireTaken(message, options?.delaySeconds ?? 0, deps.now())
          delays.set(message.id, options?.delaySeconds)
          message.retry(options)
        },
      }))
      await consumer(deps, { ...batch, queue: name, messages }, templates)
      const result = await getQueueResult(batch, createExecutionContext())
      const ids = batchMessages.map(({ id }) => id)
      for (const id of ids) {
        const isAcked = result.explicitAcks.includes(id)
        if (isAcked === delays.has(id)) throw new Error('neither acknowledged nor put off, or both')
      }
      return {
        acked: ids.map((id) => result.explicitAcks.includes(id)),
        delays: ids.map((id) => delays.get(id)),
      }
    }

  return {
    deps,
    message,
    /** What was sent to the queue since the last time. */
    taken: () => queue.splice(0).map((body) => message(body)),
    /** Queues mails as the domain code does and returns the messages. */
    queued: async (...mails: MailRequest[]) => {
      for (const mail of mails) await enqueueMail(deps, mail)
      return queue.splice(0).map((body) => message(body))
    },
    deliver: consume('phantom-mail', deliverMails),
    bury: consume('phantom-mail-dead', recordDeadMails),
  }
}

const callerFrom = (ip: string): Deps['caller'] => ({ ...SYSTEM, ip })
/** What production does in silence: a message that comes back after its retention is gone. */
function requireTaken({ timestamp }: { timestamp: Date }, delaySeconds: number, now: Date) {
  const isDelay = Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= 86_400
  const age = now.getTime() + delaySeconds * 1000 - timestamp.getTime()
  if (!isDelay || age >= 1_209_600_000) throw new Error(`a delay of ${delaySeconds} s`)
}

const budgetNamed = (name: string) =>
  ({ getByName: () => env.MAIL_BUDGET.getByName(name) }) as unknown as Deps['mailBudgets']

/** A database that reads and cannot write. */
export function brokenDb(): Deps['db'] {
  const { db } = createDeps(env, () => {})
  return Object.assign(Object.create(db) as Deps['db'], {
    batch: () => Promise.reject(new Error('D1_ERROR: down')),
  })
}

export const withSettings = (overrides: Partial<Deps['settings']>): Pick<MailDeps, 'settings'> => ({
  settings: { ...settings(env), EMAIL_PORT: mailboxPorts.starttls, ...overrides },
})

let people = 0

/** A person whom no other test writes to. */
export function someone() {
  people += 1
  const name = `p${people}x${crypto.randomUUID().slice(0, 8)}`
  return { to: `${name}@mail.test`, userId: `usr_${name}` }
}

export const CODE = '493027'

export const codeMail = (
  person: { to: string | null; userId: string | null },
  code = CODE,
): Extract<MailRequest, { template: 'login_code' }> => ({
  template: 'login_code',
  ...person,
  expiresAt: Date.now() + 300_000,
  data: { code, validMinutes: 5, ip: '203.0.113.7', country: 'DE', device: null, time: new Date() },
})

export const verifyMail = (person: {
  to: string | null
  userId: string | null
}): Extract<MailRequest, { template: 'verify_email' }> => ({
  template: 'verify_email',
  ...person,
  expiresAt: Date.now() + 86_400_000,
  data: {
    link: 'https://auth.phantom.test/verify-email#token=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    validHours: 24,
    ip: '203.0.113.7',
    country: 'DE',
    time: new Date(),
  },
})

/** What the audit log holds about a user's mails, oldest first. */
export async function mailEventsOf(userId: string | null) {
  const { results } = await env.DB.prepare(
    `SELECT event, level, actor, data FROM audit_events
     WHERE user_id IS ? AND event LIKE 'mail_%' ORDER BY id`,
  )
    .bind(userId)
    .run<{ event: string; level: string; actor: string; data: string }>()
  return results.map(({ data, ...row }) => ({ ...row, data: JSON.parse(data) as unknown }))
}
