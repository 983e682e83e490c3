import type { Deps } from '../../platform/deps'
import { type Asker, askForMail } from './ask-for-mail'

/**
 * Mails a link that sets a new password to the owner of an account; where a password would not
 * help, what does (identity/mailbox/mailbox-mail.ts).
 *
 * Asking changes nothing but the link before, and that only where a new one goes out: past the
 * limit of mails the old link stays good, so that nobody can kill it for its owner. What an admin
 * (by id) asks for says so in the mail, and does not show where the admin was.
 */
export const requestReset = (deps: Deps, email: string, asker: Asker = {}): Promise<boolean> =>
  askForMail(deps, { email, act: 'reset', ...asker }, ({ mailbox, isGranted }) => ({
    event: {
      event: 'authn_password_reset_requested',
      userId: 'owner' in mailbox ? mailbox.owner.id : null,
      actor: asker.admin ?? null,
      data: {
        limited: !isGranted,
        by: asker.admin === undefined ? 'owner' : 'admin',
        state: mailbox.state,
      },
    },
  }))
