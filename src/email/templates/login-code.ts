import { template } from '../template'

/**
 * The second step of a login, or of a change in the account. It says which act the code is for, so that
 * nobody can be talked into reading it out for another, and holds no link: who expects one in such a
 * mail can be sent a false one.
 */
export const loginCode = template(
  'login_code',
  { urgency: 'code', isOpenToStrangers: false },
  {
    en: ({ code, validMinutes, act, ...where }, say) => {
      const blocks = [
        { kind: 'code', code } as const,
        `The code works once, for ${say.minutes(validMinutes)}. Give it to nobody: we never ask for it by phone, chat or mail.`,
        say.facts(where),
      ]
      return act === 'sign_in'
        ? {
            subject: 'Your sign-in code',
            preheader: 'Somebody has entered your password and waits for this code.',
            blocks: [
              'Enter this code where you are signing in. It is for signing in only.',
              ...blocks,
            ],
            notMe:
              'If you are not signing in right now, somebody knows your password: keep the code to yourself and change your password at once.',
          }
        : {
            subject: 'Your confirmation code',
            preheader: 'A change in your account waits for this code.',
            blocks: [
              'Enter this code where you have asked for a change in your account. It is for confirming this change only.',
              ...blocks,
            ],
            notMe:
              'If this was not you, somebody else is signed in to your account: keep the code to yourself and reset your password at once.',
          }
    },
  },
)
