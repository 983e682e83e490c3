import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { log } from '../log'
import { reach } from '../reach'
import { maskAddress } from './header-safety'
import type { QueuedMail } from './queued-mail'
import { retryDelay, retryLater } from './retry-delay'

/**
 * A mail that will not be sent, and why: `mail_expired` if its code or link would be dead by then.
 * `mail` is unknown when its box did not open.
 */
export type MailEnd = Readonly<{
  event: 'mail_failed' | 'mail_suppressed' | 'mail_expired'
  reason: string
  replyCode?: number
  enhancedCode?: string
  mail: QueuedMail | undefined
}>

export type EndedMail = Readonly<{ message: Message<string>; end: MailEnd }>

/** What logs and audit events say about a mail: never its content, never the whole address. */
export const describeMail = (mail: QueuedMail | undefined) => ({
  template: mail?.template ?? null,
  recipient: typeof mail?.to === 'string' ? maskAddress(mail.to) : null,
})

/**
 * Takes mails that will not be sent from the queue, with an audit event for each. While the
 * database cannot take those, the messages stay: a mail that vanished without a trace is lost.
 * Where they cannot stay any longer, the log is that trace.
 */
export async function endMails(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'patience'>,
  ended: readonly EndedMail[],
): Promise<void> {
  const isRecorded = await recordEnds(
    deps,
    ended.map(({ end }) => end),
  )
  for (const { message, end } of ended) {
    if (!isRecorded && retryLater(message, retryDelay(message.attempts), deps.now())) continue
    if (!isRecorded) log('error', 'mail_lost', describeEnd(end))
    message.ack()
  }
}

const codesOf = ({ replyCode, enhancedCode }: MailEnd) => ({
  ...(replyCode !== undefined && { reply_code: replyCode }),
  ...(enhancedCode !== undefined && { enhanced_code: enhancedCode }),
})

const describeEnd = (end: MailEnd) => ({
  ...describeMail(end.mail),
  user_id: end.mail?.userId ?? null,
  reason: end.reason,
  ...codesOf(end),
})

/**
 * Leaves an event for each mail that will not be sent; false where the database does not take them.
 */
export async function recordEnds(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'patience'>,
  all: readonly MailEnd[],
): Promise<boolean> {
  // A decoy was for nobody: nothing is to be told of it.
  const ends = all.filter(({ mail }) => mail?.to !== null)
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
        ...codesOf(end),
      },
    }),
  )
  if (!first) return true
  try {
    await reach(deps, 'database', () => deps.db.batch([first, ...rest]))
    for (const end of ends) {
      log(end.event === 'mail_failed' ? 'error' : 'warn', end.event, describeEnd(end))
    }
    return true
  } catch {
    log('error', 'mail_end_unrecorded', { count: ends.length })
    return false
  }
}
