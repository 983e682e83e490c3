import * as z from 'zod'
import { template } from '../letter'
import { occasion, occasionRows } from '../occasion'

/** To the owner when too many wrong passwords have locked the account. */
export const accountLocked = template(
  {
    urgency: 'security',
    isOpenToStrangers: false,
    data: z.object({ minutes: z.number(), ...occasion }),
  },
  ({ minutes, ...where }) => {
    const period = minutes === 1 ? 'one minute' : `${minutes} minutes`
    return {
      subject: `Sign-in is locked for ${period}`,
      preheader: 'A wrong password was entered too many times.',
      heading: `Sign-in is locked for ${period}`,
      blocks: [
        {
          kind: 'text',
          text: `A wrong password was entered for your account too many times, so signing in is locked for ${period}. A browser that you have signed in with before may still work.`,
        },
        { kind: 'facts', rows: occasionRows(where) },
      ],
      notMe:
        'If this was not you, somebody is guessing your password: the lock stops them, and you only need a new password if you use this one anywhere else.',
    }
  },
)
