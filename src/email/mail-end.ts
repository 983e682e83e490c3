import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { log } from '../log'
import { reach } from '../reach'
import { maskAddress } from './header-safety'
import type { QueuedMail } from './queued-mail'

/** A mail that will not be sent, and why. `mail` is unknown when its box did not open. */
export type MailEnd = Readonly<{
  event: 'mail_failed' | 'mail_suppressed'
  reason: string
  replyCode?: number
  mail: QueuedMail | undefined
}>

/** What logs and audit events say about a mail: never its content, never the whole address. */
export const describeMail = (mail: QueuedMail | undefined) => ({
  template: mail?.template ?? null,
  recipient: typeof mail?.to === 'string' ? maskAddress(mail.to) : null,
})

/**
 * Leaves an audit event for each mail that will not be sent. False when the database could not take
 * them: then the queue has to keep the messages, since a mail that vanished without a trace is lost.
 */
export async function recordEnds(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'patience'>,
  ends: readonly MailEnd[],
): Promise<boolean> {
  const [first, ...rest] = ends.map((end) =>
    recordEvent(deps, {
      event: end.event,
      userId: end.mail?.userId ?? null,
      actor: 'system',
      data: {
        ...describeMail(end.mail),
        // Whose mail it was is known, and an erased account must leave no part of its address behind.
        ...(end.mail?.userId && { recipient: null }),
        reason: end.reason,
        ...(end.replyCode !== undefined && { reply_code: end.replyCode }),
      },
    }),
  )
  if (!first) return true
  try {
    await reach(deps, 'database', () => deps.db.batch([first, ...rest]))
    for (const { event, reason, replyCode, mail } of ends) {
      log(event === 'mail_failed' ? 'error' : 'warn', event, {
        ...describeMail(mail),
        user_id: mail?.userId ?? null,
        reason,
        reply_code: replyCode,
      })
    }
    return true
  } catch {
    log('error', 'mail_end_unrecorded', { count: ends.length })
    return false
  }
}
