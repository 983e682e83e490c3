import { plainName } from '../plain-name'
import { template } from '../template'

/** To the owner when an authenticator app was added. */
export const authenticatorAdded = template(
  'authenticator_added',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ name, ...where }, say) => ({
      subject: 'An authenticator app was added',
      preheader: 'Its codes work from now on.',
      blocks: [
        'An authenticator app was added to your account. From now on its codes work when you sign in.',
        say.facts(where, [['Name', plainName(name)]]),
      ],
      notMe:
        'If this was not you, somebody else is signed in to your account: reset your password at once, and then remove this app.',
    }),
  },
)
