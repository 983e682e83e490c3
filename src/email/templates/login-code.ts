import * as z from 'zod'
import { deviceName } from '../device-name'
import { template } from '../letter'
import { occasion, occasionRows } from '../occasion'

/**
 * The second step of a login. It says which act the code is for, so that nobody can be talked into
 * reading it out for another, and holds no link: who expects one in such a mail can be sent a false one.
 */
export const loginCode = template(
  {
    urgency: 'code',
    isOpenToStrangers: false,
    data: z.object({
      code: z.string().regex(/^\d{6,8}$/),
      validMinutes: z.number(),
      /** The `User-Agent` as sent; the mail shows a summary of it. */
      device: z.string().nullable(),
      ...occasion,
    }),
  },
  ({ code, validMinutes, device, ...where }) => ({
    subject: 'Your sign-in code',
    preheader: 'Somebody has entered your password and waits for this code.',
    heading: 'Your sign-in code',
    blocks: [
      {
        kind: 'text',
        text: 'Enter this code where you are signing in. It is for signing in only.',
      },
      { kind: 'code', code },
      {
        kind: 'text',
        text: `The code works once, for ${validMinutes === 1 ? 'one minute' : `${validMinutes} minutes`}. Give it to nobody: we never ask for it by phone, chat or mail.`,
      },
      { kind: 'facts', rows: [['Device', deviceName(device)], ...occasionRows(where)] },
    ],
    notMe:
      'If you are not signing in right now, somebody knows your password: keep the code to yourself and change your password at once.',
  }),
)
