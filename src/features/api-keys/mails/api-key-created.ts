import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an API key was made. */
export const apiKeyCreated = mail({
  name: 'api_key_created',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ name: z.string(), ...where }),
  en: ({ name, ...where }, say) => ({
    subject: 'An API key was created',
    preheader: 'It works from now on.',
    blocks: [
      'An API key was created for your account. Whoever has it can use it from now on.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once, and then delete this key.',
  }),
  de: ({ name, ...where }, say) => ({
    subject: 'Ein API-Schlüssel wurde erstellt',
    preheader: 'Er gilt ab jetzt.',
    blocks: [
      'Für Ihr Konto wurde ein API-Schlüssel erstellt. Wer ihn hat, kann ihn ab jetzt verwenden.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück und löschen Sie dann diesen Schlüssel.',
  }),
  fr: ({ name, ...where }, say) => ({
    subject: 'Une clé API a été créée',
    preheader: 'Elle est désormais valable.',
    blocks: [
      'Une clé API a été créée pour votre compte. Quiconque la possède peut désormais l’utiliser.',
      say.facts(where, [['Nom', plainName(name)]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre, puis supprimez cette clé.',
  }),
})
