import type { signUps } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import type { MailRequest } from '../../platform/email/enqueue'
import { mailedLink } from '../accounts/mailed-link'

/** The link that makes the account of a sign-up, with when and from where it was asked for. */
export const signUpMail = (
  deps: Pick<Deps, 'settings' | 'now'>,
  signUp: typeof signUps.$inferSelect,
  token: string,
): MailRequest => ({
  template: 'verify_email',
  to: signUp.email,
  userId: null,
  locale: signUp.locale,
  // Its link is made with the mail, whenever the sign-up was.
  expiresAt: deps.now().getTime() + deps.settings.EMAIL_VERIFICATION_TIMEOUT * 1000,
  data: {
    link: mailedLink(deps, 'verify-email', token),
    validHours: Math.floor(deps.settings.EMAIL_VERIFICATION_TIMEOUT / 3600),
    ip: signUp.ip,
    country: signUp.country,
    time: signUp.createdAt,
  },
})
