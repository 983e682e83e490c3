import type { Deps } from '../context'
import type { BudgetVerdict } from '../durable/budget'
import { log } from '../log'
import { askBudget } from './ask-budget'
import type { Carrier } from './carrier'
import { cloudflareCarrier } from './cloudflare'
import { describeMail, type MailEnd, recordEnds } from './mail-end'
import { type ReadyMail, readyMail } from './ready-mail'
import { nextDayDelay, retryDelay } from './retry-delay'
import { connectSmtp } from './smtp'

export type MailDeps = Pick<
  Deps,
  'db' | 'mailBudgets' | 'settings' | 'caller' | 'now' | 'patience' | 'emailBinding'
>

type GivenUp = { message: Message<string>; end: MailEnd }

const URGENCY_ORDER = { code: 0, security: 1, notice: 2 }

/**
 * Sends a batch of queued mails over one connection, codes first. Every message ends in one of three
 * ways: sent, tried again later, or given up with an audit event. Nothing is thrown: one mail that
 * fails does not send its neighbours again.
 */
export async function deliverMails(deps: MailDeps, batch: MessageBatch<string>): Promise<void> {
  const ready: ReadyMail[] = []
  const given: GivenUp[] = []
  for (const message of batch.messages) {
    const mail = await readyMail(deps, message).catch(() => undefined)
    // A fault of our own: the next version may be able to. Its neighbours are not held up.
    if (!mail) {
      log('error', 'mail_broken', { attempts: message.attempts })
      message.retry({ delaySeconds: retryDelay(message.attempts) })
    } else if (mail === 'decoy') message.ack()
    else if ('event' in mail) given.push({ message, end: mail })
    else ready.push(mail)
  }
  given.push(...(await sendReady(deps, ready)))
  const ends = given.map(({ end }) => end)
  const isRecorded = await recordEnds(deps, ends)
  for (const { message } of given) {
    if (isRecorded) message.ack()
    else message.retry({ delaySeconds: retryDelay(message.attempts) })
  }
}

/** Sends what the budget allows. Returns what is given up; all else is acknowledged or put off. */
async function sendReady(deps: MailDeps, ready: ReadyMail[]): Promise<GivenUp[]> {
  if (ready.length === 0) return []
  ready.sort((a, b) => URGENCY_ORDER[a.urgency] - URGENCY_ORDER[b.urgency])
  const verdicts = await askBudget(deps, ready).catch(() => undefined)
  // The queue takes silence for an acknowledgement: each mail needs its verdict.
  if (verdicts?.length !== ready.length) {
    for (const mail of ready) putOff(mail, retryDelay(mail.message.attempts), 'no budget answer')
    return []
  }
  const given: GivenUp[] = []
  const toSend: ReadyMail[] = []
  ready.forEach((mail, index) => {
    const verdict = verdicts[index]
    if (verdict?.verdict === 'send') return void toSend.push(mail)
    const end = verdict && heldBack(deps, mail, verdict)
    if (end) given.push({ message: mail.message, end })
  })
  if (toSend.length === 0) return given
  const carrier = await openCarrier(deps)
  for (const mail of toSend) {
    const end = await sendOne(carrier, mail)
    if (end) given.push({ message: mail.message, end })
  }
  await carrier.close()
  return given
}

const openCarrier = (deps: MailDeps): Promise<Carrier> | Carrier =>
  deps.settings.EMAIL_PROVIDER === 'cloudflare'
    ? cloudflareCarrier(deps, deps.emailBinding)
    : connectSmtp(deps)

async function sendOne(carrier: Carrier, ready: ReadyMail): Promise<MailEnd | undefined> {
  const { message, mail, outgoing } = ready
  const { status, ...rest } = await carrier.send(outgoing)
  if (status === 'refused') return { event: 'mail_failed', mail, ...rest }
  if (status === 'deferred') {
    putOff(ready, retryDelay(message.attempts), rest.reason, rest.replyCode)
    return undefined
  }
  // At once: should the rest of the batch break off, this one is not sent again.
  message.ack()
  log('info', 'mail_sent', { ...describeMail(mail), attempts: message.attempts })
  return undefined
}

/** A mail that the budget holds back: put off if it is still worth sending then, given up otherwise. */
function heldBack(
  { now }: MailDeps,
  ready: ReadyMail,
  { verdict, retryAfterSeconds }: BudgetVerdict,
): MailEnd | undefined {
  const { mail, message } = ready
  if (verdict === 'recipient_cap') {
    // Two sign-ups within a minute: only the second one's link works. It waits, once.
    const canWait = retryAfterSeconds <= 60 && message.attempts === 1
    if (!canWait) return { event: 'mail_suppressed', reason: 'recipient cap', mail }
    putOff(ready, Math.ceil(retryAfterSeconds), 'recipient cap')
    return undefined
  }
  const nextDay = now().getTime() + retryAfterSeconds * 1000
  if (mail.expiresAt !== undefined && mail.expiresAt <= nextDay) {
    return { event: 'mail_failed', reason: 'daily cap', mail }
  }
  putOff(ready, nextDayDelay(retryAfterSeconds), 'daily cap')
  return undefined
}

function putOff({ message, mail }: ReadyMail, seconds: number, reason: string, code?: number) {
  message.retry({ delaySeconds: seconds })
  const { attempts } = message
  const why = { reason, reply_code: code, attempts, delay_seconds: seconds }
  log('warn', 'mail_deferred', { ...describeMail(mail), ...why })
}
