import { sha256 } from '../crypto/token'
import type { Deps } from '../deps'
import type { BudgetVerdict } from './budget/budget'
import type { Level } from './budget/budget-levels'
import type { OutgoingMail } from './carrier'
import { isHeaderSafe, wireAddress } from './header-safety'
import { languageOf } from './language'
import { asOf, isOverBy } from './late-news'
import { renderLetter } from './layout'
import type { MailEnd } from './mail-end'
import { openMail, type QueuedMail } from './queued-mail'
import { type Template, templateOf, type Templates } from './template'

/** A mail that may be sent if the budget lets it; one to nobody (`to: null`) is a decoy. */
export type ReadyMail = Readonly<{
  message: Message<string>
  /**
   * Of the mail, in whatever message it comes: one that was handed over twice is still the same.
   */
  id: string
  mail: QueuedMail
  template: Template
  to: string | null
}>

/** Reads a queue message: a mail to send, or one that will never be sent. */
export async function readyMail(
  deps: Pick<Deps, 'settings' | 'now'>,
  message: Message<string>,
  templates: Templates,
): Promise<ReadyMail | MailEnd> {
  const mail = await openMail(deps, message.body)
  if (!mail) return { event: 'mail_failed', reason: 'unreadable', mail }
  const now = deps.now().getTime()
  const template = templateOf(templates, mail.template)
  if (isOverBy(mail, template, now)) return { event: 'mail_expired', reason: 'expired', mail }
  const letter = template?.compose(mail.data, languageOf(mail.locale))
  if (!template || !letter) return { event: 'mail_failed', reason: 'unknown template', mail }
  // The sender checked both; this is the last place before the wire.
  const to = mail.to === null ? null : wireAddress(mail.to)
  if (to === undefined || !isHeaderSafe(letter.subject)) {
    return { event: 'mail_failed', reason: 'unsafe header', mail }
  }
  return { message, id: sha256(message.body), mail, template, to }
}

/**
 * Renders a mail that may go out, with what the budget adds to it, as it is true at `now`
 * (milliseconds). `undefined` for a decoy.
 */
export async function renderMail(
  { id, mail, template, to }: ReadyMail,
  { again, level }: { again?: BudgetVerdict['again']; level: Level },
  now: number,
): Promise<OutgoingMail | undefined> {
  const added = {
    ...(again && { again: { times: again.times, since: new Date(again.since) } }),
    ...(level !== 'ok' && { areCodesScarce: true }),
  }
  // Each mail takes of that what it has words for.
  const taken = Object.entries(added).filter(([name]) => Object.hasOwn(template.data.shape, name))
  const data = { ...(mail.data as object), ...Object.fromEntries(taken) }
  const letter = to === null ? undefined : template.compose(data, languageOf(mail.locale))
  if (to === null || !letter) return undefined
  return { ...(await renderLetter(asOf(letter, mail, now))), id, to }
}
