import type { Deps } from '../deps'
import { type AccountFault, type Carrier, deferAll, type Outcome } from './carrier'
import { HEADERS, parseFrom } from './mime'

/**
 * Errors about one mail that sending it again cannot mend
 * (developers.cloudflare.com/email-service/api/send-emails/workers-api).
 */
const FINAL: readonly unknown[] = [
  'E_RECIPIENT_SUPPRESSED',
  'E_VALIDATION_ERROR',
  'E_CONTENT_TOO_LARGE',
]

/** Errors about our account. All others, unknown ones included, are worth another try. */
const FAULTS: ReadonlyMap<unknown, AccountFault> = new Map([
  ['E_DAILY_LIMIT_EXCEEDED', 'daily_limit'],
  ['E_RATE_LIMIT_EXCEEDED', 'rate_limit'],
  ['E_SENDER_NOT_VERIFIED', 'sender_refused'],
  ['E_SENDER_DOMAIN_NOT_AVAILABLE', 'sender_refused'],
  // An account whose domain is not set up may write to its verified addresses alone.
  ['E_RECIPIENT_NOT_ALLOWED', 'mails_refused'],
])

/**
 * The `send_email` binding. There is no connection to hold open: each mail is one call. Date and
 * Message-ID are Cloudflare's own; it refuses mails that bring theirs.
 */
export function cloudflareCarrier(
  { settings }: Pick<Deps, 'settings'>,
  binding: SendEmail | undefined,
): Carrier {
  if (!binding) {
    const reason = 'no send_email binding EMAIL'
    return deferAll({ status: 'deferred', reason, fault: 'not_set_up' })
  }
  const { name, address: email } = parseFrom(settings.EMAIL_FROM)
  return {
    async send(mail): Promise<Outcome> {
      const { to, subject, text, html } = mail
      try {
        await binding.send({ from: { name, email }, to, subject, text, html, headers: HEADERS })
        return { status: 'sent', reason: 'accepted' }
      } catch (error) {
        const { code } = error as { code?: unknown }
        // The code is a word of Cloudflare's, the message may hold an address.
        const reason = typeof code === 'string' && /^E_[A-Z_]{1,40}$/.test(code) ? code : 'failed'
        if (FINAL.includes(code)) return { status: 'refused', reason }
        const fault = FAULTS.get(code)
        return { status: 'deferred', reason, ...(fault && { fault }) }
      }
    },
    close: () => Promise.resolve(),
  }
}
