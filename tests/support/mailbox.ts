import { mails as templates } from '../../src/mails'
import type { Deps } from '../../src/platform/deps'
import { readyMail, renderMail } from '../../src/platform/email/ready-mail'

export { codeIn, linkIn, tokenIn } from './read-mail.ts'

/** A mail as its reader would see it. */
export type Mail = Readonly<{ to: string; subject: string; text: string; html: string }>

const mails = new Map<string, Mail[]>()
const read = new Map<string, number>()
let messages = 0

/**
 * A queue that opens and renders each sealed mail as it takes it, as the consumer would, so that a
 * test reads it as soon as the request is answered. A message that the consumer would give up fails
 * the send. The real queue, SMTP and TLS are the subject of tests/platform/email,
 * tests/attacks/mail and tests/e2e.
 */
export function mailboxQueue(
  { mailQueue }: Pick<Deps, 'mailQueue'>,
  reader: () => Pick<Deps, 'settings' | 'now'>,
): Deps['mailQueue'] {
  const take = async (body: string) => {
    messages += 1
    const message = { id: `m${messages}`, attempts: 1, body } as Message<string>
    const ready = await readyMail(reader(), message, templates)
    if ('event' in ready) throw new Error(`a mail that would not be sent: ${ready.reason}`)
    const rendered = await renderMail(ready, { level: 'ok' }, reader().now().getTime())
    if (!rendered) return
    const { to, subject, text, html } = rendered
    const key = to.toLowerCase()
    mails.set(key, [...(mails.get(key) ?? []), { to, subject, text, html }])
  }
  return {
    metrics: () => mailQueue.metrics(),
    async send(body) {
      await take(body)
      return SENT
    },
    async sendBatch(batch) {
      for (const { body } of batch) await take(body)
      return SENT
    },
  }
}

const SENT = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }

/**
 * The mails to an address beyond the first `after` (0), oldest first: all that requests have
 * queued. Fails if there are not so many, for then no later mail would be seen.
 */
export async function mailsTo(address: string, { after = 0 } = {}): Promise<readonly Mail[]> {
  const all = mails.get(address.toLowerCase()) ?? []
  if (after > all.length) throw new Error(`${all.length} mails to ${address}, not ${after}`)
  return Promise.resolve(all.slice(after))
}

/** The subjects of all mails to an address, oldest first. */
export const subjectsTo = async (address: string): Promise<string[]> =>
  (await mailsTo(address)).map(({ subject }) => subject)

/** The next mail to an address that no test has yet read. Fails if there is none. */
export async function nextMail(address: string): Promise<Mail> {
  const key = address.toLowerCase()
  const after = read.get(key) ?? 0
  const [mail] = await mailsTo(key, { after })
  if (!mail) throw new Error(`no mail number ${after + 1} to ${address}`)
  read.set(key, after + 1)
  return mail
}

/** The next unread mail to an address with such a subject; others are skipped. */
export async function mailAbout(address: string, subject: RegExp): Promise<Mail> {
  for (;;) {
    const mail = await nextMail(address)
    if (subject.test(mail.subject)) return mail
  }
}

/**
 * The mails to an address with this subject, `times` (1) or more. Reads nothing that `nextMail`
 * would.
 */
export async function mailsNamed(address: string, subject: string, times = 1): Promise<Mail[]> {
  const named = (await mailsTo(address)).filter((mail) => mail.subject === subject)
  if (named.length < times) throw new Error(`no mail "${subject}" number ${named.length + 1}`)
  return named
}
