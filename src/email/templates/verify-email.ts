import * as z from 'zod'
import { template } from '../letter'
import { plainName } from '../plain-name'

/**
 * To an address that somebody signed up with. It names nothing that this somebody chose, but for a
 * username that is taken already: only the owner of the address may learn that, not the stranger.
 */
export const verifyEmail = template(
  {
    urgency: 'notice',
    isOpenToStrangers: true,
    data: z.object({
      link: z.url({ protocol: /^https?$/ }),
      validHours: z.number(),
      usernameTaken: z.string().nullable(),
    }),
  },
  ({ link, validHours, usernameTaken }) => ({
    subject: 'Confirm your e-mail address',
    preheader: 'One step is left until you can sign in.',
    heading: 'Confirm your e-mail address',
    blocks: [
      {
        kind: 'text',
        text: 'Somebody, we hope you, has opened a Phantom account with this address. Confirm that the address is yours, and you can sign in.',
      },
      { kind: 'button', label: 'Confirm address', link },
      {
        kind: 'text',
        text: `The link works once, for ${validHours === 1 ? 'one hour' : `${validHours} hours`}.`,
      },
      ...(usernameTaken === null
        ? []
        : [
            {
              kind: 'text',
              text: `The username “${plainName(usernameTaken)}” is already taken. Your account has none for now: choose another after you have signed in.`,
            } as const,
          ]),
    ],
    notMe:
      'If this was not you, do nothing: without your confirmation nobody can use that account.',
  }),
)
