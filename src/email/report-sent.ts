import type { Deps } from '../context'
import { mac } from '../crypto/token'
import type { Pause, Report } from '../durable/mail-breaker'
import { messageOf } from '../error-text'
import { log } from '../log'
import { reach } from '../reach'
import { emailKey } from '../users/email-key'
import type { Outcome } from './carrier'
import { noteMailStatus } from './mail-status'
import type { ReadyMail } from './ready-mail'

/** What the breaker has to know of a mail that was sent, or was to be. */
export function reportOf(
  { settings }: Pick<Deps, 'settings'>,
  { message, to }: ReadyMail,
  { status, fault, replyCode, enhancedCode }: Outcome,
): Report {
  return {
    id: message.id,
    // Keyed, as in the budget: nobody finds an address in it.
    recipient: mac(settings.SEALING_KEYS, 'mail-recipient', emailKey(to ?? '')),
    outcome: status === 'sent' ? 'accepted' : (fault ?? 'neither'),
    replyCode: replyCode ?? null,
    enhancedCode: enhancedCode ?? null,
  }
}

/**
 * Tells the breaker what became of mails, and operators of what changes by it. Answers with the pause
 * of all mail, if there is one now.
 */
export async function reportSent(
  deps: Pick<Deps, 'db' | 'mailBudgets' | 'caller' | 'now' | 'patience'>,
  reports: readonly Report[],
): Promise<Pause | null> {
  if (reports.length === 0) return null
  const budget = deps.mailBudgets.getByName('mail')
  const now = deps.now().getTime()
  try {
    const { breaker, isNew } = await reach(deps, 'mail budget', () => budget.report(reports, now))
    const isNoted = isNew && (await noteMailStatus(deps, breaker))
    if (isNoted && breaker.ended) {
      await reach(deps, 'mail budget', () => budget.resumed(breaker.version))
    }
    return breaker.pause
  } catch (error) {
    // Each mail waits for itself then; the next one that fails reports again.
    log('error', 'mail_fault_unreported', { reason: messageOf(error) })
    return null
  }
}
