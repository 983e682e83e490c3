import { callStore } from '../call-store'
import { mac } from '../crypto/token'
import type { Deps } from '../deps'
import { messageOf } from '../error-text'
import { log } from '../log'
import { emailKey } from '../text/email-key'
import { mailBudget } from './budget/ask-budget'
import type { Breaker, Pause, Report } from './budget/mail-breaker'
import type { Outcome } from './carrier'
import { noteMailStatus } from './mail-status'
import type { ReadyMail } from './ready-mail'
import { senderOf } from './sender'

/** What the breaker has to know of a mail that was sent, or was to be. */
export function reportOf(
  { settings }: Pick<Deps, 'settings'>,
  { id, to }: ReadyMail,
  { status, fault, replyCode, enhancedCode }: Outcome,
): Report {
  return {
    id,
    sender: senderOf({ settings }),
    // Keyed, as in the budget: nobody finds an address in it.
    recipient: mac(settings.SEALING_KEYS, 'mail-recipient', emailKey(to ?? '')),
    outcome: status === 'sent' ? 'accepted' : (fault ?? status),
    replyCode: replyCode ?? null,
    enhancedCode: enhancedCode ?? null,
  }
}

/**
 * Tells the breaker what became of mails, and operators of what changes by it. Answers with the
 * pause of all mail, if there is one now.
 */
export async function reportSent(
  deps: Pick<Deps, 'db' | 'mailBudgets' | 'caller' | 'now' | 'patience'>,
  reports: readonly Report[],
): Promise<Pause | null> {
  if (reports.length === 0) return null
  const now = deps.now().getTime()
  try {
    const breaker = await callStore(deps, 'mail budget', () =>
      mailBudget(deps).report(reports, now),
    )
    await tellStatus(deps, breaker)
    return breaker.pause
  } catch (error) {
    // Each mail waits for itself then; the next one that fails reports again.
    log('error', 'mail_fault_unreported', { reason: messageOf(error) })
    return null
  }
}

/** Tells operators how mail stands, unless they know; what fails is told with the next batch. */
export async function tellStatus(
  deps: Pick<Deps, 'db' | 'mailBudgets' | 'caller' | 'now' | 'patience'>,
  breaker: Breaker,
): Promise<void> {
  if (breaker.isTold || !(await noteMailStatus(deps, breaker))) return
  try {
    await callStore(deps, 'mail budget', () => mailBudget(deps).noteStatus(breaker.version))
  } catch (error) {
    log('error', 'mail_status_untold', { reason: messageOf(error) })
  }
}
