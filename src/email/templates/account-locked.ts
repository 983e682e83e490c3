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
    de: ({ minutes, ...where }, say) => {
      const period = say.minutes(minutes)
      return {
        subject: `Die Anmeldung ist für ${period} gesperrt`,
        preheader: 'Zu oft wurde ein falsches Passwort eingegeben.',
        blocks: [
          `Für Ihr Konto wurde zu oft ein falsches Passwort eingegeben. Deshalb ist die Anmeldung für ${period} gesperrt. In einem Browser, in dem Sie schon angemeldet waren, ist sie vielleicht trotzdem möglich.`,
          say.facts(where),
        ],
        notMe:
          'Wenn Sie das nicht waren, versucht jemand, Ihr Passwort zu erraten: Die Sperre hindert ihn daran, und ein neues Passwort brauchen Sie nur, wenn Sie dieses auch anderswo verwenden.',
      }
    },
    fr: ({ minutes, ...where }, say) => {
      const period = say.minutes(minutes)
      return {
        subject: `La connexion est bloquée pendant ${period}`,
        preheader: 'Un mot de passe erroné a été saisi trop souvent.',
        blocks: [
          `Un mot de passe erroné a été saisi trop souvent pour votre compte. La connexion est donc bloquée pendant ${period}. Elle reste peut-être possible dans un navigateur que vous avez déjà utilisé pour vous connecter.`,
          say.facts(where),
        ],
        notMe:
          'Si ce n’était pas vous, quelqu’un cherche à deviner votre mot de passe : le blocage l’en empêche, et il ne vous faut un nouveau mot de passe que si vous utilisez celui-ci ailleurs.',
      }
    },
  },
)
