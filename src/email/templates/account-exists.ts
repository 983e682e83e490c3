import { template } from '../template'

/** To the owner of an account when somebody signs up with its address again: that somebody learns nothing. */
export const accountExists = template(
  'account_exists',
  { urgency: 'notice', isOpenToStrangers: true },
  {
    en: (where, say) => ({
      subject: 'You already have an account',
      preheader: 'Somebody tried to sign up with your address.',
      blocks: [
        'Somebody, perhaps you, has tried to open a Phantom account with this address. It has one already: nothing was changed, and no second account was made.',
        'If you had forgotten about it, sign in as usual, or reset your password if you no longer know it.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, you need do nothing: whoever it was has not learned that you have an account.',
    }),
  },
)
