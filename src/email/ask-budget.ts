import type { Deps } from '../context'
import { mac } from '../crypto/token'
import type { BudgetVerdict } from '../durable/budget'
import { reach } from '../reach'
import { emailKey } from '../users/email-key'
import type { ReadyMail } from './ready-mail'

/**
 * Asks for the whole batch which mails may go out; one call, since the budget is a single object.
 * Throws a 503 problem when it cannot be reached: then nothing is sent.
 */
export async function askBudget(
  deps: Pick<Deps, 'mailBudgets' | 'settings' | 'now' | 'patience'>,
  ready: readonly ReadyMail[],
): Promise<readonly BudgetVerdict[]> {
  const now = deps.now().getTime()
  const requests = ready.map(({ message, mail, outgoing, urgency, isOpenToStrangers }) => ({
    id: message.id,
    urgency,
    recipient: isOpenToStrangers ? recipientHash(deps, mail.template, outgoing.to) : null,
    // One that was told to wait asks anew.
    askedAt: message.attempts > 1 ? Math.max(now, mail.queuedAt) : mail.queuedAt,
  }))
  const budget = deps.mailBudgets.getByName('mail')
  return reach(deps, 'mail budget', () =>
    budget.take(requests, now, deps.settings.EMAIL_DAILY_LIMIT),
  )
}

/** Keyed, so that whoever reads the budget's storage cannot look for an address in it. */
const recipientHash = ({ settings }: Pick<Deps, 'settings'>, template: string, to: string) =>
  mac(settings.SEALING_KEYS, 'mail-recipient', `${template}:${emailKey(to)}`)
