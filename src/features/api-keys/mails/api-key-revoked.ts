import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an API key was deleted. */
export const apiKeyRevoked = mail({
  name: 'api_key_revoked',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ name: z.string(), ...where }),
  en: ({ name, ...where }, say) => ({
    subject: 'An API key was deleted',
    preheader: 'It no longer works.',
    blocks: [
      'An API key of your account was deleted. It no longer works, and servers that use it ' +
        'are refused.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once, and then create a new key.',
  }),
  de: ({ name, ...where }, say) => ({
    subject: 'Ein API-Schlüssel wurde gelöscht',
    preheader: 'Er gilt nicht mehr.',
    blocks: [
      'Ein API-Schlüssel Ihres Kontos wurde gelöscht. Er gilt nicht mehr, und Server, die ihn ' +
        'verwenden, werden abgewiesen.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück und erstellen Sie dann einen neuen Schlüssel.',
  }),
  fr: ({ name, ...where }, say) => ({
    subject: 'Une clé API a été supprimée',
    preheader: 'Elle n’est plus valable.',
    blocks: [
      'Une clé API de votre compte a été supprimée. Elle n’est plus valable, et les serveurs ' +
        'qui l’utilisent sont refusés.',
      say.facts(where, [['Nom', plainName(name)]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre, puis créez une nouvelle clé.',
  }),
})
