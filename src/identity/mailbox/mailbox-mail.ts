import type { Deps } from '../../platform/deps'
import type { MailRequest } from '../../platform/email/enqueue'
import { mailedLink } from '../accounts/mailed-link'
import { type Mailbox, roleOf } from './mailbox'
import type { Act } from './mailbox-link'
import { signUpMail } from './sign-up-mail'

type MailDeps = Pick<Deps, 'settings' | 'now' | 'caller'>

/**
 * The one mail to the owner of a mailbox: which it is depends on what stands behind the address,
 * and says how to go on from there. `undefined` where there is nothing to say.
 */
export function mailOf(
  deps: MailDeps,
  { mailbox, act, token, by }: { mailbox: Mailbox; act: Act; token: string; by: 'owner' | 'admin' },
): MailRequest | undefined {
  if (mailbox.state === 'unknown') return undefined
  if (mailbox.state === 'unconfirmed') return signUpMail(deps, mailbox.signUp, token)
  const { email: to, id: userId, locale } = mailbox.owner
  const letter = { to, userId, locale }
  const occasion = { ip: deps.caller.ip, country: deps.caller.country, time: deps.now() }
  switch (mailbox.state) {
    case 'invited': {
      const { expiresAt } = mailbox.invite
      const link = mailedLink(deps, 'accept-invitation', token)
      const data = { link, role: roleOf(mailbox.invite), expiresAt, ...occasion }
      const template = 'invitation_reminder'
      return { template, ...letter, expiresAt: expiresAt.getTime(), data }
    }
    case 'closing': {
      const { dueAt } = mailbox
      const data = { link: mailedLink(deps, 'keep-account', token), dueAt, ...occasion }
      return { template: 'account_closing_reminder', ...letter, expiresAt: dueAt.getTime(), data }
    }
    case 'disabled': {
      const contact = deps.settings.SECURITY_CONTACT.replace(/^mailto:/, '')
      return { template: 'account_disabled_reminder', ...letter, data: { contact, ...occasion } }
    }
    case 'active':
    case 'frozen':
      return act === 'reset' || mailbox.state === 'frozen'
        ? resetMail(deps, { letter, token, by, isFrozen: mailbox.state === 'frozen' })
        : { template: 'account_exists', ...letter, data: occasion }
  }
}

function resetMail(
  deps: MailDeps,
  input: {
    letter: { to: string; userId: string; locale: string }
    token: string
    by: 'owner' | 'admin'
    isFrozen: boolean
  },
): MailRequest {
  const seconds = deps.settings.PASSWORD_RESET_TIMEOUT
  return {
    template: 'reset_password',
    ...input.letter,
    expiresAt: deps.now().getTime() + seconds * 1000,
    data: {
      link: mailedLink(deps, 'reset-password', input.token),
      requestedBy: input.by,
      isFrozen: input.isFrozen,
      validMinutes: Math.floor(seconds / 60),
      ip: deps.caller.ip,
      country: deps.caller.country,
      time: deps.now(),
    },
  }
}
