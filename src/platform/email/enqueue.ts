import { type SQL, sql } from 'drizzle-orm'
import { callStore, withTimeout } from '../call-store'
import { randomId } from '../crypto/token'
import { insertFrom } from '../db/insert-where'
import { waitingMails } from '../db/mail-schema'
import type { Deps } from '../deps'
import { messageOf } from '../error-text'
import { log } from '../log'
import { wireAddress } from './header-safety'
import { type MailRequest, sealMail } from './queued-mail'

export type { MailRequest } from './queued-mail'

/**
 * Queues a mail that its caller cannot go on without (a code, a link), in one send to the queue. Call it
 * before the answer: a queue that fails or hangs ends in 503, and the caller tries again.
 *
 * With `to: null` it does the same work and nothing is sent: whether an account exists shows neither in
 * the time nor in the number of messages.
 */
export async function enqueueMail(
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  mail: MailRequest,
): Promise<void> {
  const body = await sealed(deps, mail)
  await callStore(deps, 'mail queue', () => deps.mailQueue.send(body, { contentType: 'text' }))
}

/**
 * Queues a mail about what is done. Where the queue fails or hangs it waits in the database
 * (platform/email/send-waiting-mails.ts), since a 503 would be untrue: to try again finds the act done, and its mail
 * or the secret of its answer lost. A 503 only where both fail (decision 017). `to: null` as above.
 */
export async function enqueueNotice(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  mail: MailRequest,
): Promise<void> {
  const body = await sealed(deps, mail)
  try {
    await withTimeout(deps.patience.notice, () =>
      deps.mailQueue.send(body, { contentType: 'text' }),
    )
  } catch (error) {
    log('warn', 'mail_waits', { template: mail.template, reason: messageOf(error) })
    const waiting = { createdAt: deps.now(), id: randomId('mail'), body }
    await callStore(deps, 'database', () => deps.db.insert(waitingMails).values(waiting))
  }
}

/** A row of `waiting_mails`, with the id of what it is about where rows differ in that. */
export type WaitingMail = typeof waitingMails.$inferInsert & { about?: string }

/**
 * The row of a mail that waits in the database, for the batch of what it is about: it goes out a
 * minute later (platform/email/send-waiting-mails.ts).
 */
export const waitingMail = async (
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  mail: MailRequest,
): Promise<WaitingMail> => ({
  createdAt: deps.now(),
  id: randomId('mail'),
  body: await sealed(deps, mail),
})

/**
 * The statement that inserts such rows, each of those for which `when` holds at this point of the
 * batch: a condition that may ask `mail.value ->> 'about'`. Returns a row for each that it inserts.
 */
export function insertWaiting({ db }: Pick<Deps, 'db'>, mails: readonly WaitingMail[], when: SQL) {
  const rows = mails.map((mail) => ({ ...mail, createdAt: mail.createdAt.getTime() }))
  const values = {
    createdAt: sql`mail.value ->> 'createdAt'`,
    id: sql`mail.value ->> 'id'`,
    body: sql`mail.value ->> 'body'`,
  }
  const from = sql`FROM json_each(${JSON.stringify(rows)}) AS mail WHERE ${when}`
  return insertFrom(db, waitingMails, values, from).returning({ id: waitingMails.id })
}

function sealed(
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  mail: MailRequest,
): Promise<string> {
  if (mail.to !== null && wireAddress(mail.to) === undefined) {
    throw new Error(`a ${mail.template} mail to something that is not one address`)
  }
  return sealMail(deps, mail)
}
