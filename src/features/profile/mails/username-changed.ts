import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when the account has another username. */
export const usernameChanged = mail({
  name: 'username_changed',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ username: z.string(), ...where }),
  en: ({ username, ...where }, say) => ({
    subject: 'Your username was changed',
    preheader: 'You sign in with the new one from now on.',
    blocks: [
      'The username of your account was changed. From now on you sign in with the new one, or ' +
        'with your e-mail address.',
      say.facts(where, [['New username', plainName(username)]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once.',
  }),
  de: ({ username, ...where }, say) => ({
    subject: 'Ihr Benutzername wurde geändert',
    preheader: 'Ab jetzt melden Sie sich mit dem neuen an.',
    blocks: [
      'Der Benutzername Ihres Kontos wurde geändert. Ab jetzt melden Sie sich mit dem neuen ' +
        'an, oder mit Ihrer E-Mail-Adresse.',
      say.facts(where, [['Neuer Name', plainName(username)]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück.',
  }),
  fr: ({ username, ...where }, say) => ({
    subject: 'Votre nom d’utilisateur a été changé',
    preheader: 'Désormais, connectez-vous avec le nouveau.',
    blocks: [
      'Le nom d’utilisateur de votre compte a été changé. Désormais, connectez-vous avec le ' +
        'nouveau ou avec votre adresse électronique.',
      say.facts(where, [['Nouveau nom', plainName(username)]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre.',
  }),
})
