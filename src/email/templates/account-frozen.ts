import { template } from '../template'

/** To the owner who has chosen “This was not me”: how to get back in. */
export const accountFrozen = template(
  'account_frozen',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: (where, say) => ({
      subject: 'Your account is frozen',
      preheader: 'Reset your password to use it again.',
      blocks: [
        'Somebody chose “This was not me” in our mail about a new e-mail address. Your account has this address again, all sessions were ended, and nobody can sign in.',
        'To get back in, choose “Forgot password” where you sign in and enter this address. After that, check your authenticator apps and make new backup codes.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody can read your mailbox: change its password first, and then reset that of your account.',
    }),
  },
)
