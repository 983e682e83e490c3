import type { MailDeps } from './deliver'
import { type EndedMail, endMails } from './mail-end'
import { openMail } from './queued-mail'
import type { Templates } from './template'

/** Records each mail that was tried for the last time, where admins see it. */
export async function recordDeadMails(
  deps: Pick<MailDeps, 'db' | 'settings' | 'caller' | 'now' | 'patience' | 'ipLimiters'>,
  batch: MessageBatch<string>,
  templates: Templates,
): Promise<void> {
  const ended: EndedMail[] = []
  for (const message of batch.messages) {
    const mail = await openMail(deps, message.body)
    ended.push({ message, end: { event: 'mail_failed', reason: 'given up', mail } })
  }
  await endMails(deps, ended, templates)
}
