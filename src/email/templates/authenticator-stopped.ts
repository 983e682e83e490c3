import { template } from '../template'

/** To the owner when a hundred wrong tries in a row have switched off one way in. */
export const authenticatorStopped = template(
  'authenticator_stopped',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ method, ...where }, say) => {
      const way = {
        password: 'your password',
        email: 'mailed codes',
        totp: 'your authenticator app',
        backup_code: 'backup codes',
      }[method]
      return {
        subject: 'One way to sign in is switched off',
        preheader: 'There were a hundred wrong tries in a row.',
        blocks: [
          `There were a hundred wrong tries in a row, so signing in with ${way} is switched off until you reset your password.`,
          ...(method === 'password'
            ? ['Browsers that you have signed in with before still work.']
            : []),
          'To reset your password, choose “Forgot password” where you sign in.',
          say.facts(where),
        ],
        notMe:
          'If this was not you, somebody is trying to get in: they did not, and a new password makes this way in work again.',
      }
    },
  },
)
