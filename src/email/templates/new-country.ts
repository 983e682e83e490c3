import { template } from '../template'

/** To the owner after a login from a country that the account has not seen. */
export const newCountry = template(
  'new_country',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: (where, say) => ({
      subject: 'Sign-in from a new country',
      preheader: 'Your account was used from a country that we have not seen before.',
      blocks: [
        'Somebody has signed in to your account from a country that we have not seen before.',
        'We estimate the country from the IP address. It may be wrong, above all if you use a VPN.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody has your password and perhaps your mailbox: change both passwords now and end all other sessions.',
    }),
  },
)
