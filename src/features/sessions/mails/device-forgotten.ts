import * as z from 'zod'
import { deviceName } from '../../../platform/email/device-name'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner when one known browser was forgotten. */
export const deviceForgotten = mail({
  name: 'device_forgotten',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({
    /** The `User-Agent` of the browser, as sent. */
    forgotten: z.string().nullable(),
    ...where,
  }),
  en: ({ forgotten, ...where }, say) => ({
    subject: 'A browser was forgotten',
    preheader: 'The next sign-in from it counts as one from a new device.',
    blocks: [
      'Your account no longer knows one of the browsers that have signed in to it. The next ' +
        'sign-in from it counts as one from a new device.',
      'Sessions that are open stay open.',
      say.facts(where, [['Browser', deviceName(forgotten, 'en')]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once.',
  }),
  de: ({ forgotten, ...where }, say) => ({
    subject: 'Ein Browser wurde vergessen',
    preheader: 'Die nächste Anmeldung darin gilt als die eines neuen Geräts.',
    blocks: [
      'Ihr Konto kennt einen der Browser nicht mehr, in denen Sie sich angemeldet haben. Die ' +
        'nächste Anmeldung darin gilt als die eines neuen Geräts.',
      'Offene Sitzungen bleiben offen.',
      say.facts(where, [['Browser', deviceName(forgotten, 'de')]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück.',
  }),
  fr: ({ forgotten, ...where }, say) => ({
    subject: 'Un navigateur a été oublié',
    preheader: 'La prochaine connexion depuis celui-ci sera celle d’un nouvel appareil.',
    blocks: [
      'Votre compte ne reconnaît plus l’un des navigateurs qui s’y sont connectés. La ' +
        'prochaine connexion depuis celui-ci sera celle d’un nouvel appareil.',
      'Les sessions ouvertes le restent.',
      say.facts(where, [['Navigateur', deviceName(forgotten, 'fr')]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre.',
  }),
})
