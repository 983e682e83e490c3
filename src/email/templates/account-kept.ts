import { template } from '../template'

/** To the owner when an account that was to be erased stays. */
export const accountKept = template(
  'account_kept',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: (where, say) => ({
      subject: 'Your account stays',
      preheader: 'It will not be erased.',
      blocks: [
        'Your account will not be erased. Nothing in it was lost, and you can sign in as usual.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody can read your mailbox: change its password first, and then reset that of your account.',
    }),
  },
)
