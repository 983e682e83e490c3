import { template } from '../template'

/** The last mail about an account. Nothing is known any more of when, where and with what. */
export const accountErased = template(
  'account_erased',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: () => ({
      subject: 'Your account has been erased',
      preheader: 'This is our last mail about it.',
      blocks: [
        'Your Phantom account has been erased, with everything personal in it. It cannot be brought back.',
        'This is our last mail about it. You can open a new account with this address at any time.',
      ],
      notMe:
        'If this was not you, somebody knew your password or could read your mailbox: change the passwords of both wherever you still use them.',
    }),
  },
)
