import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an authenticator app was removed. */
export const authenticatorRemoved = mail({
  name: 'authenticator_removed',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ name: z.string(), ...where }),
  en: ({ name, ...where }, say) => ({
    subject: 'An authenticator app was removed',
    preheader: 'Its codes no longer work.',
    blocks: [
      'An authenticator app was removed from your account. Its codes no longer work when you ' +
        'sign in.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once, and then add your app again.',
  }),
  de: ({ name, ...where }, say) => ({
    subject: 'Eine Authentifizierungs-App wurde entfernt',
    preheader: 'Die Codes der App gelten nicht mehr.',
    blocks: [
      'Aus Ihrem Konto wurde eine Authentifizierungs-App entfernt. Die Codes dieser App ' +
        'gelten bei der Anmeldung nicht mehr.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück und fügen Sie dann Ihre App wieder hinzu.',
  }),
  fr: ({ name, ...where }, say) => ({
    subject: 'Une application d’authentification a été retirée',
    preheader: 'Ses codes ne sont plus valables.',
    blocks: [
      'Une application d’authentification a été retirée de votre compte. Ses codes ne sont ' +
        'plus valables pour vous connecter.',
      say.facts(where, [['Nom', plainName(name)]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre, puis ajoutez de nouveau votre application.',
  }),
})
