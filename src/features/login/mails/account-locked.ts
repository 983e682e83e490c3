import * as z from 'zod'
import { again, occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner when too many wrong passwords have locked the account. */
export const accountLocked = mail({
  name: 'account_locked',
  urgency: 'security',
  causedBy: 'stranger',
  kind: 'lock',
  isDigested: true,
  data: z.object({ minutes: z.number(), again, ...occasion }),
  en: ({ minutes, again, ...where }, say) => {
    const period = say.minutes(minutes)
    return {
      subject: again ? 'Sign-in was locked again' : `Sign-in is locked for ${period}`,
      preheader: again
        ? 'Wrong passwords have been entered again.'
        : 'A wrong password was entered too many times.',
      blocks: [
        again
          ? 'A wrong password was entered for your account too many times again, so signing in ' +
            `was locked, each time for ${period}. A browser that you have signed in with before ` +
            'may have gone on working.'
          : 'A wrong password was entered for your account too many times, so signing in is ' +
            `locked for ${period}. A browser that you have signed in with before may still work.`,
        ...say.again(again),
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody is guessing your password: the lock stops them, and ' +
        'you only need a new password if you use this one anywhere else.',
    }
  },
  de: ({ minutes, again, ...where }, say) => {
    const period = say.minutes(minutes)
    return {
      subject: again
        ? 'Die Anmeldung wurde erneut gesperrt'
        : `Die Anmeldung ist für ${period} gesperrt`,
      preheader: again
        ? 'Wieder wurde zu oft ein falsches Passwort eingegeben.'
        : 'Zu oft wurde ein falsches Passwort eingegeben.',
      blocks: [
        again
          ? 'Für Ihr Konto wurde wieder zu oft ein falsches Passwort eingegeben. Deshalb wurde ' +
            `die Anmeldung gesperrt, jeweils für ${period}. In einem Browser, in dem Sie schon ` +
            'angemeldet waren, blieb sie vielleicht trotzdem möglich.'
          : 'Für Ihr Konto wurde zu oft ein falsches Passwort eingegeben. Deshalb ist die ' +
            `Anmeldung für ${period} gesperrt. In einem Browser, in dem Sie schon angemeldet ` +
            'waren, ist sie vielleicht trotzdem möglich.',
        ...say.again(again),
        say.facts(where),
      ],
      notMe:
        'Wenn Sie das nicht waren, versucht jemand, Ihr Passwort zu erraten: Die Sperre ' +
        'hindert ihn daran, und ein neues Passwort brauchen Sie nur, wenn Sie dieses auch ' +
        'anderswo verwenden.',
    }
  },
  fr: ({ minutes, again, ...where }, say) => {
    const period = say.minutes(minutes)
    return {
      subject: again
        ? 'La connexion a de nouveau été bloquée'
        : `La connexion est bloquée pendant ${period}`,
      preheader: again
        ? 'Un mot de passe erroné a de nouveau été saisi trop souvent.'
        : 'Un mot de passe erroné a été saisi trop souvent.',
      blocks: [
        again
          ? 'Un mot de passe erroné a de nouveau été saisi trop souvent pour votre compte. La ' +
            `connexion a donc été bloquée, chaque fois pendant ${period}. Elle est peut-être ` +
            'restée possible dans un navigateur que vous avez déjà utilisé pour vous connecter.'
          : 'Un mot de passe erroné a été saisi trop souvent pour votre compte. La connexion ' +
            `est donc bloquée pendant ${period}. Elle reste peut-être possible dans un ` +
            'navigateur que vous avez déjà utilisé pour vous connecter.',
        ...say.again(again),
        say.facts(where),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un cherche à deviner votre mot de passe : le blocage ' +
        'l’en empêche, et il ne vous faut un nouveau mot de passe que si vous utilisez ' +
        'celui-ci ailleurs.',
    }
  },
})
