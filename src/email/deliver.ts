import type { Deps } from '../context'
import type { BudgetVerdict } from '../durable/budget'
import type { Level } from '../durable/mail-budget'
import { log } from '../log'
import { askBudget } from './ask-budget'
import type { Carrier } from './carrier'
import { cloudflareCarrier } from './cloudflare'
import { describeMail, type MailEnd, recordEnds } from './mail-end'
import { tellLevel } from './budget-level'
import { type ReadyMail, readyMail, renderMail } from './ready-mail'
import { nextDayDelay, retryDelay } from './retry-delay'
import { connectSmtp } from './smtp'

export type MailDeps = Pick<
  Deps,
  'db' | 'mailBudgets' | 'settings' | 'caller' | 'now' | 'patience' | 'emailBinding'
>

type Granted = Readonly<{ mail: ReadyMail; verdict: BudgetVerdict; level: Level }>
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
    } else if ('event' in mail) given.push({ message, end: mail })
    else ready.push(mail)
  }
  given.push(...(await sendReady(deps, ready)))
  // A decoy was for nobody: nothing is to be told of it.
  const ends = given.map(({ end }) => end).filter(({ mail }) => mail?.to !== null)
  const isRecorded = await recordEnds(deps, ends)
  for (const { message } of given) {
    if (isRecorded) message.ack()
    else message.retry({ delaySeconds: retryDelay(message.attempts) })
  }
}

/** Sends what the budget allows. Returns what is given up; all else is acknowledged or put off. */
async function sendReady(deps: MailDeps, ready: ReadyMail[]): Promise<GivenUp[]> {
  if (ready.length === 0) return []
  ready.sort((a, b) => URGENCY_ORDER[a.template.urgency] - URGENCY_ORDER[b.template.urgency])
  const answer = await askBudget(deps, ready).catch(() => undefined)
  // The queue takes silence for an acknowledgement: each mail needs its verdict.
  if (answer?.verdicts.length !== ready.length) {
    for (const mail of ready) putOff(mail, retryDelay(mail.message.attempts), 'no budget answer')
    return []
  }
  const given: GivenUp[] = []
  const toSend: Granted[] = []
  await tellLevel(deps, answer)
  const { level } = answer.today
  ready.forEach((mail, index) => {
    const verdict = answer.verdicts[index]
    if (verdict?.verdict === 'send' && mail.to === null) return mail.message.ack()
    if (verdict?.verdict === 'send') return void toSend.push({ mail, verdict, level })
    const end = verdict && heldBack(deps, mail, verdict)
    if (end) given.push({ message: mail.message, end })
  })
  if (toSend.length === 0) return given
  const carrier = await openCarrier(deps)
  for (const granted of toSend) {
    const end = await sendOne(carrier, granted)
    if (end) given.push({ message: granted.mail.message, end })
  }
  await carrier.close()
  return given
}

const openCarrier = (deps: MailDeps): Promise<Carrier> | Carrier =>
  deps.settings.EMAIL_PROVIDER === 'cloudflare'
    ? cloudflareCarrier(deps, deps.emailBinding)
    : connectSmtp(deps)

async function sendOne(
  carrier: Carrier,
  { mail: ready, verdict, level }: Granted,
): Promise<MailEnd | undefined> {
  const { message, mail } = ready
  const outgoing = await renderMail(ready, verdict, level).catch(() => undefined)
  if (!outgoing) {
    putOff(ready, retryDelay(message.attempts), 'not rendered')
    return undefined
  }
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
  if (verdict === 'digested') {
    message.ack()
    log('info', 'mail_digested', describeMail(mail))
    return undefined
  }
  if (verdict === 'waits') {
    putOff(ready, retryAfterSeconds, 'digest')
    return undefined
  }
  if (verdict === 'recipient_cap') {
    // Two sign-ups within a minute: only the second one's link works. It waits, once.
    const canWait = retryAfterSeconds <= 60 && message.attempts === 1
    if (!canWait) return { event: 'mail_suppressed', reason: 'recipient cap', mail }
    putOff(ready, Math.ceil(retryAfterSeconds), 'recipient cap')
    return undefined
  }
  const reason = verdict === 'share_used' ? 'share used' : 'daily cap'
  const nextDay = now().getTime() + retryAfterSeconds * 1000
  if (mail.expiresAt !== undefined && mail.expiresAt <= nextDay) {
    // What a cause has used up by itself is no failure of ours.
    const event = verdict === 'share_used' ? 'mail_suppressed' : 'mail_failed'
    return { event, reason, mail }
  }
  putOff(ready, nextDayDelay(retryAfterSeconds), reason)
  return undefined
}

function putOff({ message, mail }: ReadyMail, seconds: number, reason: string, code?: number) {
  message.retry({ delaySeconds: seconds })
  const { attempts } = message
  const why = { reason, reply_code: code, attempts, delay_seconds: seconds }
  log('warn', 'mail_deferred', { ...describeMail(mail), ...why })
}
