import type { Deps } from '../context'
import { type Carrier, deferAll, type Outcome } from './carrier'
import { HEADERS, parseFrom } from './mime'

/**
 * Errors about one mail that sending it again cannot mend
 * (developers.cloudflare.com/email-service/api/send-emails/workers-api). All others, unknown ones
 * included, are worth another try: a sender that is not verified is ours to mend.
 */
const FINAL: readonly unknown[] = [
  'E_RECIPIENT_SUPPRESSED',
  'E_RECIPIENT_NOT_ALLOWED',
  'E_VALIDATION_ERROR',
  'E_CONTENT_TOO_LARGE',
]

/**
 * The `send_email` binding. There is no connection to hold open: each mail is one call. Date and
 * Message-ID are Cloudflare's own; it refuses mails that bring theirs.
 */
export function cloudflareCarrier(
  { settings }: Pick<Deps, 'settings'>,
  binding: SendEmail | undefined,
): Carrier {
  if (!binding) return deferAll({ status: 'deferred', reason: 'no send_email binding EMAIL' })
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
        return { status: FINAL.includes(code) ? 'refused' : 'deferred', reason }
      }
    },
    close: () => Promise.resolve(),
  }
}
