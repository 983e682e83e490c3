import { plainName } from '../plain-name'
import { template } from '../template'

/** To the owner when an authenticator app was removed. */
export const authenticatorRemoved = template(
  'authenticator_removed',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ name, ...where }, say) => ({
      subject: 'An authenticator app was removed',
      preheader: 'Its codes no longer work.',
      blocks: [
        'An authenticator app was removed from your account. Its codes no longer work when you sign in.',
        say.facts(where, [['Name', plainName(name)]]),
      ],
      notMe:
        'If this was not you, somebody else is signed in to your account: reset your password at once, and then add your app again.',
    }),
  },
)
