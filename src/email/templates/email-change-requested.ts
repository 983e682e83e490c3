import { plainName } from '../plain-name'
import { template } from '../template'

/** To the old address while the new one is not confirmed yet; the link freezes the account. */
export const emailChangeRequested = template(
  'email_change_requested',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ link, newEmail, ...where }, say) => ({
      subject: 'Your e-mail address is to be changed',
      preheader: 'The new address has not been confirmed yet.',
      blocks: [
        'Somebody who is signed in to your account wants to change its e-mail address. As long as the new address is not confirmed, this one stays in use.',
        say.facts(where, [['New address', plainName(newEmail)]]),
        { kind: 'button', label: 'This was not me', link },
      ],
      notMe:
        'If this was not you, choose “This was not me”: that ends all sessions, keeps this address and freezes the account until you reset the password.',
    }),
  },
)
