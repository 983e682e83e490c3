import type { Deps } from '../deps'
import { log } from '../log'
import type { BudgetVerdict } from './budget/budget'
import type { Level } from './budget/budget-levels'
import type { Carrier, Outcome } from './carrier'
import { cloudflareCarrier } from './cloudflare'
import { describeMail, type EndedMail, isUnconfirmed } from './mail-end'
import { type ReadyMail, renderMail } from './ready-mail'
import { reportOf, reportSent } from './report-sent'
import { pauseDelay, retryDelay } from './retry-delay'
import { connectSmtp } from './smtp'

/** A mail that is not sent now: in how many seconds it may be, and why. */
export type Delayed = Readonly<{ ready: ReadyMail; seconds: number; why: Omit<Outcome, 'status'> }>

/** A mail that may go out, and what the budget has said with that. */
export type Granted = Readonly<{ ready: ReadyMail; verdict: BudgetVerdict; level: Level }>

type SendDeps = Pick<
  Deps,
  'db' | 'mailBudgets' | 'settings' | 'caller' | 'now' | 'patience' | 'emailBinding'
>

/**
 * Sends mails over one connection, in their order. A fault that is our account's alone holds the
 * rest too: nothing that is tried meanwhile could do better.
 */
export async function sendMails(
  deps: SendDeps,
  mails: readonly Granted[],
): Promise<{ ended: EndedMail[]; delayed: Delayed[] }> {
  if (mails.length === 0) return { ended: [], delayed: [] }
  const ended: EndedMail[] = []
  const unsent: { ready: ReadyMail; why: Omit<Outcome, 'status'> }[] = []
  const tried: [ReadyMail, Outcome][] = []
  let stop: Outcome | undefined
  const carrier = await openCarrier(deps)
  for (const granted of mails) {
    const { ready } = granted
    const { message, mail } = ready
    const outcome = stop ?? (await sendOne(deps, carrier, granted))
    const { status, ...why } = outcome
    if (!stop) tried.push([ready, outcome])
    if (why.fault && why.fault !== 'mails_refused') stop = outcome
    if (status === 'sent') {
      // At once: should the rest of the batch break off, this one is not sent again.
      message.ack()
      log('info', 'mail_sent', { ...describeMail(mail), attempts: message.attempts })
    } else if (status === 'refused') {
      // Anybody can give an address that is none: that is no alarm.
      const event = isUnconfirmed(mail, ready.template) ? 'mail_refused' : 'mail_failed'
      ended.push({ message, end: { event, mail, ...why } })
    } else unsent.push({ ready, why })
  }
  await carrier.close()
  // All or nothing: that others were accepted between is what tells one mail's fault from ours.
  const isReported =
    mails.some(({ verdict }) => verdict.isWatched) || tried.some(([, { fault }]) => fault)
  const reports = isReported ? tried.map((one) => reportOf(deps, ...one)) : []
  const pause = await reportSent(deps, reports)
  const left = pause ? Math.max(0, pause.until - deps.now().getTime()) / 1000 : 0
  const delayed = unsent.map(({ ready, why }) => {
    const seconds = left > 0 ? pauseDelay(left) : retryDelay(ready.message.attempts)
    return { ready, seconds, why }
  })
  return { ended, delayed }
}

async function sendOne(
  { now }: Pick<Deps, 'now'>,
  carrier: Carrier,
  { ready, verdict, level }: Granted,
): Promise<Outcome> {
  const addition = { again: verdict.again, level }
  const outgoing = await renderMail(ready, addition, now().getTime()).catch(() => undefined)
  return outgoing ? carrier.send(outgoing) : { status: 'deferred', reason: 'not rendered' }
}

const openCarrier = (deps: SendDeps): Promise<Carrier> | Carrier =>
  deps.settings.EMAIL_PROVIDER === 'cloudflare'
    ? cloudflareCarrier(deps, deps.emailBinding)
    : connectSmtp(deps)
