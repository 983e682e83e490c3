import { template } from '../template'

/** To the owner of an address that another account wanted to have: that other learns nothing. */
export const addressInUse = template(
  'address_in_use',
  { urgency: 'notice', isOpenToStrangers: true },
  {
    en: (where, say) => ({
      subject: 'Your address was wanted for another account',
      preheader: 'Nothing was changed.',
      blocks: [
        'Somebody, perhaps you, wanted to use this address for another Phantom account. It belongs to yours already: nothing was changed.',
        'An address can belong to one account only. To use it for the other one, give this account another address first.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, you need do nothing: whoever it was has not learned that you have an account.',
    }),
  },
)
