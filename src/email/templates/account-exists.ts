import * as z from 'zod'
import { template } from '../letter'
import { occasion, occasionRows } from '../occasion'

/** To the owner of an account when somebody signs up with its address again: that somebody learns nothing. */
export const accountExists = template(
  {
    urgency: 'notice',
    isOpenToStrangers: true,
    data: z.object(occasion),
  },
  (where) => ({
    subject: 'You already have an account',
    preheader: 'Somebody tried to sign up with your address.',
    heading: 'You already have an account',
    blocks: [
      {
        kind: 'text',
        text: 'Somebody, perhaps you, has tried to open a Phantom account with this address. It has one already: nothing was changed, and no second account was made.',
      },
      {
        kind: 'text',
        text: 'If you had forgotten about it, sign in as usual, or reset your password if you no longer know it.',
      },
      { kind: 'facts', rows: occasionRows(where) },
    ],
    notMe:
      'If this was not you, you need do nothing: whoever it was has not learned that you have an account.',
  }),
)
