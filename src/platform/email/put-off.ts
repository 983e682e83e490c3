import { callStore } from '../call-store'
import { randomId } from '../crypto/token'
import { waitingMails } from '../db/mail-schema'
import type { Deps } from '../deps'
import { messageOf } from '../error-text'
import { log } from '../log'
import { isOverBy } from './late-news'
import { describeMail, type MailEnd } from './mail-end'
import type { ReadyMail } from './ready-mail'
import { LIFE_MS, MAX_DELAY_SECONDS, retryLater } from './retry-delay'

/** The queue gives a message up after a hundred; a few are left for a database that is down. */
const MOST_ATTEMPTS = 90

type Why = Pick<MailEnd, 'reason' | 'replyCode' | 'enhancedCode'>

/**
 * Tries a mail again later, or says how it ends: at once if it would be too late by then, and
 * however often it was put off before, thirteen days after it was written. After ninety tries it
 * goes on as a new message, by way of `waiting_mails`.
 */
export async function putOff(
  deps: Pick<Deps, 'db' | 'now' | 'patience'>,
  { message, mail, template }: Pick<ReadyMail, 'message'> & Partial<ReadyMail>,
  seconds: number,
  why: Why,
): Promise<MailEnd | undefined> {
  const now = deps.now()
  const delaySeconds = Math.min(Math.ceil(seconds), MAX_DELAY_SECONDS)
  const next = now.getTime() + delaySeconds * 1000
  if (mail && isOverBy(mail, template, next)) return { event: 'mail_expired', mail, ...why }
  if (mail && next >= mail.queuedAt + LIFE_MS) return { event: 'mail_failed', mail, ...why }
  const isRenewed = message.attempts >= MOST_ATTEMPTS && (await startAnew(deps, message))
  if (!isRenewed && !retryLater(message, delaySeconds, now)) {
    return { event: 'mail_failed', mail, ...why }
  }
  const { attempts } = message
  const { reason, replyCode: reply_code, enhancedCode: enhanced_code } = why
  const details = { reason, reply_code, enhanced_code, attempts, delay_seconds: delaySeconds }
  // Nothing has failed yet, and anybody can ask for a mail that its server puts off.
  log('info', 'mail_deferred', { ...describeMail(mail), ...details })
  return undefined
}

/** False where the database does not take it; the queue has it still. */
async function startAnew(
  deps: Pick<Deps, 'db' | 'now' | 'patience'>,
  message: Message<string>,
): Promise<boolean> {
  const waiting = { createdAt: deps.now(), id: randomId('mail'), body: message.body }
  try {
    await callStore(deps, 'database', () => deps.db.insert(waitingMails).values(waiting))
    message.ack()
    return true
  } catch (error) {
    log('warn', 'mail_not_renewed', { reason: messageOf(error) })
    return false
  }
}
