import type { MailDeps } from './deliver'
import { type MailEnd, recordEnds } from './mail-end'
import { openMail } from './queued-mail'
import { retryDelay } from './retry-delay'

/**
 * Records each mail that was tried for the last time, where admins see it. A message whose event the
 * database could not take stays in the queue: it is the last trace of that mail.
 */
export async function recordDeadMails(
  deps: Pick<MailDeps, 'db' | 'settings' | 'caller' | 'now' | 'patience'>,
  batch: MessageBatch<string>,
): Promise<void> {
  const mails = await Promise.all(batch.messages.map(({ body }) => openMail(deps, body)))
  const ends = mails
    // A decoy was for nobody: no mail is lost with it.
    .filter((mail) => mail?.to !== null)
    .map((mail): MailEnd => ({ event: 'mail_failed', reason: 'given up', mail }))
  const isRecorded = await recordEnds(deps, ends)
  for (const message of batch.messages) {
    if (isRecorded) message.ack()
    else message.retry({ delaySeconds: retryDelay(message.attempts) })
  }
}
