import type { Deps } from '../context'
import type { OutgoingMail } from './carrier'
import { isHeaderSafe, wireAddress } from './header-safety'
import { languageOf } from './language'
import { asOf, isOverBy } from './late-news'
import { renderLetter } from './layout'
import type { Urgency } from './letter'
import type { MailEnd } from './mail-end'
import { openMail, type QueuedMail } from './queued-mail'
import { templateOf } from './templates'

/** A mail that may be sent if the budget lets it. */
export type ReadyMail = Readonly<{
  message: Message<string>
  mail: QueuedMail
  outgoing: OutgoingMail
  urgency: Urgency
  isOpenToStrangers: boolean
}>

/** Reads and renders a queue message: a mail to send, one that will never be sent, or a decoy. */
export async function readyMail(
  deps: Pick<Deps, 'settings' | 'now'>,
  message: Message<string>,
): Promise<ReadyMail | MailEnd | 'decoy'> {
  const mail = await openMail(deps, message.body)
  if (!mail) return { event: 'mail_failed', reason: 'unreadable', mail }
  if (mail.to === null) return 'decoy'
  const now = deps.now().getTime()
  if (isOverBy(mail, now)) return { event: 'mail_expired', reason: 'expired', mail }
  const template = templateOf(mail.template)
  const letter = template?.compose(mail.data, languageOf(mail.locale))
  if (!template || !letter) return { event: 'mail_failed', reason: 'unknown template', mail }
  const rendered = await renderLetter(asOf(letter, mail, now))
  // The sender checked both; this is the last place before the wire.
  const to = wireAddress(mail.to)
  if (to === undefined || !isHeaderSafe(rendered.subject)) {
    return { event: 'mail_failed', reason: 'unsafe header', mail }
  }
  const { urgency, isOpenToStrangers } = template
  const outgoing = { ...rendered, id: message.id, to }
  return { message, mail, outgoing, urgency, isOpenToStrangers }
}
