import { template } from '../template'

/** To the owner when the password was right and the code was not: whoever it was knows the password. */
export const wrongCode = template(
  'wrong_code',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ method, ...where }, say) => {
      const code = {
        email: 'the code from our mail',
        totp: 'the code of your authenticator app',
        backup_code: 'the backup code',
      }[method]
      return {
        subject: 'Right password, wrong code',
        preheader: 'Somebody entered your password, and then a wrong code.',
        blocks: [
          `Somebody entered your right password, but ${code} was wrong. This try did not succeed.`,
          'If you have mistyped the code yourself, all is well.',
          say.facts(where),
        ],
        notMe:
          'If this was not you, somebody knows your password: change it at once, and wherever else you use it.',
      }
    },
  },
)
