import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/**
 * The second step of a login, or of a change in the account. It says which act the code is for, so
 * that nobody can be talked into reading it out for another act. It holds no link: readers who
 * expect one in such a mail can be sent a false one.
 */
export const loginCode = mail({
  name: 'login_code',
  urgency: 'code',
  causedBy: 'owner',
  data: z.object({
    code: z.string().regex(/^\d{6,8}$/),
    validMinutes: z.number(),
    act: z.enum(['sign_in', 'step_up']).default('sign_in'),
    /** The budget of the day runs low (platform/email/budget/budget.ts): the next may be late. */
    areCodesScarce: z.boolean().default(false),
    ...where,
  }),
  en: ({ code, validMinutes, act, areCodesScarce, ...where }, say) => {
    const blocks = [
      { kind: 'code', code } as const,
      `The code works once, for ${say.minutes(validMinutes)}. Give it to nobody: we never ask ` +
        'for it by phone, chat or mail.',
      ...(areCodesScarce
        ? [
            'Codes by mail may be late or fail to come today. With an authenticator app you ' +
              'need none: add one to your account once you are signed in.',
          ]
        : []),
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
            'If you are not signing in right now, somebody knows your password: keep the code ' +
            'to yourself and change your password at once.',
        }
      : {
          subject: 'Your confirmation code',
          preheader: 'A change in your account waits for this code.',
          blocks: [
            'Enter this code where you have asked for a change in your account. It is for ' +
              'confirming this change only.',
            ...blocks,
          ],
          notMe:
            'If this was not you, somebody else is signed in to your account: keep the code ' +
            'to yourself and reset your password at once.',
        }
  },
  de: ({ code, validMinutes, act, areCodesScarce, ...where }, say) => {
    const blocks = [
      { kind: 'code', code } as const,
      `Der Code gilt einmal und ${say.minutes(validMinutes)} lang. Geben Sie ihn niemandem: ` +
        'Wir fragen nie danach, weder am Telefon noch im Chat noch per E-Mail.',
      ...(areCodesScarce
        ? [
            'Codes per E-Mail können sich heute verspäten oder ausbleiben. Mit einer ' +
              'Authentifizierungs-App brauchen Sie keine: Fügen Sie Ihrem Konto nach der ' +
              'Anmeldung eine hinzu.',
          ]
        : []),
      say.facts(where),
    ]
    return act === 'sign_in'
      ? {
          subject: 'Ihr Anmeldecode',
          preheader: 'Jemand hat Ihr Passwort eingegeben und braucht diesen Code.',
          blocks: [
            'Geben Sie diesen Code dort ein, wo Sie sich gerade anmelden. Er gilt nur für die ' +
              'Anmeldung.',
            ...blocks,
          ],
          notMe:
            'Wenn Sie sich gerade nicht anmelden, kennt jemand Ihr Passwort: Behalten Sie den ' +
            'Code für sich und ändern Sie sofort Ihr Passwort.',
        }
      : {
          subject: 'Ihr Bestätigungscode',
          preheader: 'Eine Änderung in Ihrem Konto wartet auf diesen Code.',
          blocks: [
            'Geben Sie diesen Code dort ein, wo Sie gerade Ihr Konto ändern. Er gilt nur für ' +
              'die Bestätigung dieser Änderung.',
            ...blocks,
          ],
          notMe:
            'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Behalten ' +
            'Sie den Code für sich und setzen Sie sofort Ihr Passwort zurück.',
        }
  },
  fr: ({ code, validMinutes, act, areCodesScarce, ...where }, say) => {
    const blocks = [
      { kind: 'code', code } as const,
      `Le code est valable une seule fois, pendant ${say.minutes(validMinutes)}. Ne le donnez ` +
        'à personne : nous ne le demandons jamais, ni par téléphone ni par message.',
      ...(areCodesScarce
        ? [
            'Les codes par e-mail peuvent aujourd’hui arriver en retard ou manquer. Avec une ' +
              'application d’authentification, vous n’en avez plus besoin : ajoutez-en une à ' +
              'votre compte une fois connecté.',
          ]
        : []),
      say.facts(where),
    ]
    return act === 'sign_in'
      ? {
          subject: 'Votre code de connexion',
          preheader: 'Quelqu’un a saisi votre mot de passe et attend ce code.',
          blocks: [
            'Saisissez ce code là où vous êtes en train de vous connecter. Il sert uniquement ' +
              'à la connexion.',
            ...blocks,
          ],
          notMe:
            'Si vous n’êtes pas en train de vous connecter, quelqu’un connaît votre mot de ' +
            'passe : gardez ce code pour vous et changez votre mot de passe sans attendre.',
        }
      : {
          subject: 'Votre code de confirmation',
          preheader: 'Une modification de votre compte attend ce code.',
          blocks: [
            'Saisissez ce code là où vous avez demandé une modification de votre compte. Il ' +
              'sert uniquement à confirmer cette modification.',
            ...blocks,
          ],
          notMe:
            'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : gardez ' +
            'ce code pour vous et réinitialisez votre mot de passe sans attendre.',
        }
  },
})
