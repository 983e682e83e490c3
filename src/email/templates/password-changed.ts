import { template } from '../template'

/** To the owner once the password is another one. */
export const passwordChanged = template(
  'password_changed',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ how, ...where }, say) => ({
      subject: 'Your password was changed',
      preheader: 'All other sessions were ended.',
      blocks: [
        how === 'reset'
          ? 'A new password was set for your account, with the link that we had sent you.'
          : 'The password of your account was changed, with the old one.',
        'All other sessions were ended: other browsers and devices have to sign in again.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, take your account back at once: choose “Forgot password” where you sign in and set a new password.',
    }),
  },
)
