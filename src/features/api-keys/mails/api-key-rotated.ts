import * as z from 'zod'
import { occasion, where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an API key was replaced; the one before may work for a while. */
export const apiKeyRotated = mail({
  name: 'api_key_rotated',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ name: z.string(), previousUntil: occasion.time.nullable(), ...where }),
  en: ({ name, previousUntil, ...where }, say) => ({
    subject: 'An API key was replaced',
    preheader: previousUntil
      ? `The key before works until ${say.date(previousUntil)}.`
      : 'The key before no longer works.',
    blocks: [
      previousUntil
        ? 'An API key of your account was replaced by a new one. The key before works until ' +
          `${say.date(previousUntil)}; give your servers the new one by then.`
        : 'An API key of your account was replaced by a new one. The key before no longer works.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once, and then delete this key.',
  }),
  de: ({ name, previousUntil, ...where }, say) => ({
    subject: 'Ein API-Schlüssel wurde ersetzt',
    preheader: previousUntil
      ? `Der bisherige gilt bis ${say.date(previousUntil)}.`
      : 'Der bisherige gilt nicht mehr.',
    blocks: [
      previousUntil
        ? 'Ein API-Schlüssel Ihres Kontos wurde durch einen neuen ersetzt. Der bisherige gilt ' +
          `bis ${say.date(previousUntil)}; geben Sie Ihren Servern bis dahin den neuen.`
        : 'Ein API-Schlüssel Ihres Kontos wurde durch einen neuen ersetzt. Der bisherige gilt ' +
          'nicht mehr.',
      say.facts(where, [['Name', plainName(name)]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück und löschen Sie dann diesen Schlüssel.',
  }),
  fr: ({ name, previousUntil, ...where }, say) => ({
    subject: 'Une clé API a été remplacée',
    preheader: previousUntil
      ? `L’ancienne reste valable jusqu’au ${say.date(previousUntil)}.`
      : 'L’ancienne n’est plus valable.',
    blocks: [
      previousUntil
        ? 'Une clé API de votre compte a été remplacée par une nouvelle. L’ancienne reste ' +
          `valable jusqu’au ${say.date(previousUntil)} ; donnez la nouvelle à vos serveurs ` +
          'd’ici là.'
        : 'Une clé API de votre compte a été remplacée par une nouvelle. L’ancienne n’est plus ' +
          'valable.',
      say.facts(where, [['Nom', plainName(name)]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre, puis supprimez cette clé.',
  }),
})
