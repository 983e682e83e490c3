import { template } from '../template'

/** To the owner after a login from a browser that the account has not seen. */
export const newDevice = template(
  'new_device',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: (where, say) => ({
      subject: 'New sign-in to your account',
      preheader: 'A browser that we have not seen before has signed in.',
      blocks: [
        'A browser that we have not seen before has signed in to your account.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody has your password and perhaps your mailbox: change both passwords now and end all other sessions.',
    }),
  },
)
