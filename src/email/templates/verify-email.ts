import { plainName } from '../plain-name'
import { template } from '../template'

/**
 * To an address that somebody signed up with. It names nothing that this somebody chose, but for a
 * username that is taken already: only the owner of the address may learn that, not the stranger.
 */
export const verifyEmail = template(
  'verify_email',
  { urgency: 'notice', isOpenToStrangers: true },
  {
    en: ({ link, validHours, usernameTaken }, say) => ({
      subject: 'Confirm your e-mail address',
      preheader: 'One step is left until you can sign in.',
      blocks: [
        'Somebody, we hope you, has opened a Phantom account with this address. Confirm that the address is yours, and you can sign in.',
        { kind: 'button', label: 'Confirm address', link },
        `The link works once, for ${say.hours(validHours)}.`,
        ...(usernameTaken === null
          ? []
          : [
              `The username “${plainName(usernameTaken)}” is already taken. Your account has none for now: choose another after you have signed in.`,
            ]),
      ],
      notMe:
        'If this was not you, do nothing: without your confirmation nobody can use that account.',
    }),
  },
)
