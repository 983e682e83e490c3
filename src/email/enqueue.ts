import type { Deps } from '../context'
import { reach } from '../reach'
import { wireAddress } from './header-safety'
import { type MailRequest, sealMail } from './queued-mail'

export type { MailRequest } from './queued-mail'

/**
 * Queues a mail, in one send to the queue. Call it before the answer: a queue that fails or hangs ends
 * in 503, so no caller is told of a mail that nobody will get.
 *
 * With `to: null` it does the same work and nothing is sent: whether an account exists shows neither in
 * the time nor in the number of messages.
 */
export async function enqueueMail(
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'now'>,
  mail: MailRequest,
): Promise<void> {
  const body = await sealed(deps, mail)
  await reach('mail queue', () => deps.mailQueue.send(body, { contentType: 'text' }))
}

/** Queues mails in one send, all of them or none: about eighty at most, for a send is of 256 KB. */
export async function enqueueMails(
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'now'>,
  mails: readonly MailRequest[],
): Promise<void> {
  if (mails.length === 0) return
  const bodies = await Promise.all(mails.map((mail) => sealed(deps, mail)))
  const messages = bodies.map((body) => ({ body, contentType: 'text' as const }))
  await reach('mail queue', () => deps.mailQueue.sendBatch(messages))
}

function sealed(deps: Pick<Deps, 'settings' | 'now'>, mail: MailRequest): Promise<string> {
  if (mail.to !== null && wireAddress(mail.to) === undefined) {
    throw new Error(`a ${mail.template} mail to something that is not one address`)
  }
  return sealMail(deps, mail)
}
