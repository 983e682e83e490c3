import { type AuditEvent, recordEvent } from '../audit/record'
import { sampledEvent } from '../audit/sampled'
import { callStore } from '../call-store'
import { batchAll } from '../db/batch'
import type { Deps } from '../deps'
import { log } from '../log'
import { maskAddress } from './header-safety'
import type { QueuedMail } from './queued-mail'
import { retryDelay, retryLater } from './retry-delay'
import { type Template, templateOf, type Templates } from './template'

/**
 * A mail that will not be sent, and why: `mail_expired` if its code or link would be dead by then,
 * `mail_refused` if it was for an address that nobody has confirmed, and its server does not take
 * it. `mail` is unknown when its box did not open.
 */
export type MailEnd = Readonly<{
  event: 'mail_failed' | 'mail_refused' | 'mail_suppressed' | 'mail_expired'
  reason: string
  replyCode?: number
  enhancedCode?: string
  mail: QueuedMail | undefined
}>

type EndDeps = Pick<Deps, 'db' | 'caller' | 'now' | 'patience' | 'ipLimiters'>

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
  deps: EndDeps,
  ended: readonly EndedMail[],
  templates: Templates,
): Promise<void> {
  const isRecorded = await recordEnds(
    deps,
    ended.map(({ end }) => end),
    templates,
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

/** Whether nobody has confirmed the address yet: somebody has signed up with it, or wants it. */
export const isUnconfirmed = (
  { userId }: QueuedMail,
  template: Pick<Template, 'confirmsAddress'> | undefined,
): boolean => userId === null || template?.confirmsAddress === true

/**
 * Leaves an event for each mail that will not be sent, by their count of those that anybody can
 * cause again and again; false where the database does not take them.
 */
export async function recordEnds(
  deps: EndDeps,
  all: readonly MailEnd[],
  templates: Templates,
): Promise<boolean> {
  // A decoy was for nobody: nothing is to be told of it.
  const ends = all.filter(({ mail }) => mail?.to !== null)
  try {
    const told: [MailEnd, AuditEvent | undefined][] = []
    for (const end of ends) told.push([end, await eventOf(deps, end, templates)])
    const events = told.flatMap(([, event]) => (event ? [recordEvent(deps, event)] : []))
    await callStore(deps, 'database', () => batchAll(deps.db, events))
    for (const [end, event] of told) {
      const level = end.event === 'mail_failed' ? 'error' : 'warn'
      log(event ? level : 'info', end.event, describeEnd(end))
    }
    return true
  } catch {
    log('error', 'mail_end_unrecorded', { count: ends.length })
    return false
  }
}

function eventOf(
  deps: EndDeps,
  end: MailEnd,
  templates: Templates,
): AuditEvent | undefined | Promise<AuditEvent | undefined> {
  const { event, reason, mail } = end
  const said = { ...describeMail(mail), reason, ...codesOf(end) }
  const userId = mail?.userId ?? null
  const ended: AuditEvent = {
    event,
    userId,
    actor: 'system',
    // Whose mail it was is known, and an erased account must leave no part of its address behind.
    data: { ...said, ...(userId !== null && { recipient: null }) },
  }
  // Of an account by itself: what strangers cause does not hide it.
  const counting = userId === null ? {} : { source: userId }
  const isCounted =
    event === 'mail_suppressed' ||
    (mail !== undefined && isUnconfirmed(mail, templateOf(templates, mail.template)))
  return isCounted ? sampledEvent(deps, ended, counting) : ended
}
