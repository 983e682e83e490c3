import { plainName } from '../plain-name'
import { template } from '../template'

/** To the old address once the new one has taken its place; the link takes that back and freezes the account. */
export const emailChanged = template(
  'email_changed',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ link, newEmail, ...where }, say) => ({
      subject: 'Your e-mail address was changed',
      preheader: 'This address no longer belongs to your account.',
      blocks: [
        'Your account has a new e-mail address. From now on you sign in with it, and our mails go there.',
        say.facts(where, [['New address', plainName(newEmail)]]),
        { kind: 'button', label: 'This was not me', link },
      ],
      notMe:
        'If this was not you, choose “This was not me”: that ends all sessions, brings this address back and freezes the account until you reset the password.',
    }),
  },
)
