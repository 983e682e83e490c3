import { plainName } from '../plain-name'
import { template } from '../template'

/** To the owner when the account has another username. */
export const usernameChanged = template(
  'username_changed',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ username, ...where }, say) => ({
      subject: 'Your username was changed',
      preheader: 'You sign in with the new one from now on.',
      blocks: [
        'The username of your account was changed. From now on you sign in with the new one, or with your e-mail address.',
        say.facts(where, [['New username', plainName(username)]]),
      ],
      notMe:
        'If this was not you, somebody else is signed in to your account: reset your password at once.',
    }),
  },
)
