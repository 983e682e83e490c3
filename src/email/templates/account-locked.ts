import { template } from '../template'

/** To the owner when too many wrong passwords have locked the account. */
export const accountLocked = template(
  'account_locked',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ minutes, ...where }, say) => {
      const period = say.minutes(minutes)
      return {
        subject: `Sign-in is locked for ${period}`,
        preheader: 'A wrong password was entered too many times.',
        blocks: [
          `A wrong password was entered for your account too many times, so signing in is locked for ${period}. A browser that you have signed in with before may still work.`,
          say.facts(where),
        ],
        notMe:
          'If this was not you, somebody is guessing your password: the lock stops them, and you only need a new password if you use this one anywhere else.',
      }
    },
  },
)
