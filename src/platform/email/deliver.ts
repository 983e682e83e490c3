import type { Deps } from '../deps'
import { log } from '../log'
import { askBudget } from './budget/ask-budget'
import type { BudgetVerdict } from './budget/budget'
import { tellLevel } from './budget/budget-level'
import { describeMail, type EndedMail, endMails } from './mail-end'
import { putOff } from './put-off'
import { type ReadyMail, readyMail } from './ready-mail'
import { tellStatus } from './report-sent'
import { nextDayDelay, pauseDelay, retryDelay } from './retry-delay'
import { type Delayed, type Granted, sendMails } from './send-mails'
import type { Templates } from './template'

export type MailDeps = Pick<
  Deps,
  'db' | 'mailBudgets' | 'ipLimiters' | 'settings' | 'caller' | 'now' | 'patience' | 'emailBinding'
>

const URGENCY_ORDER = { code: 0, security: 1, notice: 2 }

/**
 * Sends a batch of queued mails over one connection, codes first. Every message ends in one of three
 * ways: sent, tried again later, or given up with an audit event. Nothing is thrown: one mail that
 * fails does not send its neighbours again. Decoys are asked for and put off like mails.
 */
export async function deliverMails(
  deps: MailDeps,
  batch: MessageBatch<string>,
  templates: Templates,
): Promise<void> {
  const ready: ReadyMail[] = []
  const ended: EndedMail[] = []
  for (const message of batch.messages) {
    const mail = await readyMail(deps, message, templates).catch(() => undefined)
    // A fault of our own: the next version may be able to. Its neighbours are not held up.
    if (!mail) {
      log('error', 'mail_broken', { attempts: message.attempts })
      const seconds = retryDelay(message.attempts)
      const end = await putOff(deps, { message }, seconds, { reason: 'broken' })
      if (end) ended.push({ message, end })
    } else if ('event' in mail) ended.push({ message, end: mail })
    else ready.push(mail)
  }
  ready.sort((a, b) => URGENCY_ORDER[a.template.urgency] - URGENCY_ORDER[b.template.urgency])
  const sent = await sendReady(deps, ready)
  ended.push(...sent.ended)
  for (const { ready: mail, seconds, why } of sent.delayed) {
    const end = await putOff(deps, mail, seconds, why)
    if (end) ended.push({ message: mail.message, end })
  }
  await endMails(deps, ended, templates)
}

/** Sends what the budget allows. */
async function sendReady(
  deps: MailDeps,
  ready: readonly ReadyMail[],
): Promise<{ ended: EndedMail[]; delayed: Delayed[] }> {
  if (ready.length === 0) return { ended: [], delayed: [] }
  const answer = await askBudget(deps, ready).catch(() => undefined)
  if (answer) {
    await tellLevel(deps, answer)
    await tellStatus(deps, answer.breaker)
  }
  const ended: EndedMail[] = []
  const delayed: Delayed[] = []
  const toSend: Granted[] = []
  ready.forEach((mail, index) => {
    // The queue takes silence for an acknowledgement: each mail needs its verdict.
    const verdict = answer?.verdicts.length === ready.length ? answer.verdicts[index] : undefined
    if (verdict?.verdict === 'digested') {
      mail.message.ack()
      log('info', 'mail_digested', describeMail(mail.mail))
    } else if (verdict?.verdict === 'send' && mail.to === null) {
      mail.message.ack()
    } else if (verdict?.verdict === 'send') {
      toSend.push({ ready: mail, verdict, level: answer?.today.level ?? 'ok' })
    } else {
      const held = heldBack(mail, verdict)
      if ('end' in held) ended.push(held)
      else delayed.push(held)
    }
  })
  const sent = await sendMails(deps, toSend)
  return { ended: [...ended, ...sent.ended], delayed: [...delayed, ...sent.delayed] }
}

/** A mail that the budget holds back, or that it says nothing of. */
function heldBack(ready: ReadyMail, verdict: BudgetVerdict | undefined): EndedMail | Delayed {
  const { mail, message } = ready
  const wait = (seconds: number, reason: string) => ({ ready, seconds, why: { reason } })
  if (!verdict) return wait(retryDelay(message.attempts), 'no budget answer')
  const { verdict: said, retryAfterSeconds } = verdict
  if (said === 'paused') return wait(pauseDelay(retryAfterSeconds), 'paused')
  if (said === 'waits') return wait(retryAfterSeconds, 'digest')
  if (said === 'share_used') return wait(nextDayDelay(retryAfterSeconds), 'share used')
  if (said === 'daily_cap') return wait(nextDayDelay(retryAfterSeconds), 'daily cap')
  // Two links within a minute: it may be that only the second one works. Five an hour are enough.
  if (retryAfterSeconds <= 60) return wait(retryAfterSeconds, 'recipient cap')
  return { message, end: { event: 'mail_suppressed', reason: 'recipient cap', mail } }
}
