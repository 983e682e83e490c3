import { callStore } from '../../call-store'
import { mac } from '../../crypto/token'
import type { Deps } from '../../deps'
import { emailKey } from '../../text/email-key'
import { HOUR_MS } from '../../time'
import { standingOf } from '../cause'
import type { ReadyMail } from '../ready-mail'
import { senderOf } from '../sender'
import type { BudgetRequest } from './budget'
import type { BudgetAnswer } from './mail-budget'

/**
 * Asks for the whole batch which mails may go out; one call, since the budget is a single object.
 * Throws a 503 problem when it cannot be reached: then nothing is sent.
 *
 * A mail to nobody is asked for, counted and put off as one to a reader: what is left to a network
 * would tell otherwise who has an account.
 */
export async function askBudget(
  deps: Pick<Deps, 'mailBudgets' | 'settings' | 'now' | 'patience'>,
  ready: readonly ReadyMail[],
): Promise<BudgetAnswer> {
  const now = deps.now().getTime()
  const requests = ready.map((mail) => requestFor(deps, mail, now))
  return callStore(deps, 'mail budget', () =>
    mailBudget(deps).take(requests, now, deps.settings.EMAIL_DAILY_LIMIT),
  )
}

/** Older than any code: a day that was full, or a pause, has held it up. */
const LATE_MS = HOUR_MS

export const mailBudget = ({ mailBudgets }: Pick<Deps, 'mailBudgets'>) =>
  mailBudgets.getByName('mail')

function requestFor(
  { settings }: Pick<Deps, 'settings'>,
  { message, id, mail, template }: ReadyMail,
  now: number,
): BudgetRequest {
  const { name, causedBy, isDigested = false } = template
  const kind = mail.kind ?? template.kind ?? 'other'
  // Keyed, so that whoever reads the budget's storage can look for no address, account or network.
  const keyed = (what: string, value: string) =>
    mac(settings.SEALING_KEYS, 'mail-budget', `${what}:${value}`)
  const hash = (what: string, value: string | null) => (value === null ? null : keyed(what, value))
  const { standing, account, network, site } = standingOf(mail, template)
  const reader = mail.name ?? (mail.to === null ? null : emailKey(mail.to))
  // The guard of a name has counted before there was a link: what it grants is mailed.
  const isCapped = causedBy === 'stranger' && mail.name === undefined && !isDigested
  // What strangers do hides no alarm of the owner's own browsers, nor the other way round.
  const side = typeof mail.cause === 'object' && mail.cause.account?.isKnown ? 'known' : 'others'
  return {
    id,
    sender: senderOf({ settings }),
    isDecoy: mail.to === null,
    standing,
    kind,
    account: hash('account', account),
    network: hash('network', network),
    site: hash('site', site),
    recipient:
      isCapped && reader !== null
        ? {
            byAsker: keyed(kind, `${account ?? site ?? network ?? ''}|${reader}`),
            byAll: keyed(kind, reader),
          }
        : null,
    digest: isDigested && reader !== null ? keyed(name, `${side}|${reader}`) : null,
    // One that was told to wait asks anew.
    askedAt: message.attempts > 1 ? Math.max(now, mail.queuedAt) : mail.queuedAt,
    isLate: now - mail.queuedAt >= LATE_MS,
  }
}
