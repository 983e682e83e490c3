import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner when all known browsers were forgotten. */
export const devicesForgotten = mail({
  name: 'devices_forgotten',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object(where),
  en: (where, say) => ({
    subject: 'All your browsers were forgotten',
    preheader: 'The next sign-in from each of them counts as one from a new device.',
    blocks: [
      'Your account no longer knows any of the browsers that have signed in to it. The next ' +
        'sign-in from each of them counts as one from a new device.',
      'Sessions that are open stay open.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once.',
  }),
  de: (where, say) => ({
    subject: 'Alle Ihre Browser wurden vergessen',
    preheader: 'Die nächste Anmeldung in jedem davon gilt als die eines neuen Geräts.',
    blocks: [
      'Ihr Konto kennt keinen der Browser mehr, in denen Sie sich angemeldet haben. Die ' +
        'nächste Anmeldung in jedem davon gilt als die eines neuen Geräts.',
      'Offene Sitzungen bleiben offen.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück.',
  }),
  fr: (where, say) => ({
    subject: 'Tous vos navigateurs ont été oubliés',
    preheader: 'La prochaine connexion depuis chacun d’eux sera celle d’un nouvel appareil.',
    blocks: [
      'Votre compte ne reconnaît plus aucun des navigateurs qui s’y sont connectés. La ' +
        'prochaine connexion depuis chacun d’eux sera celle d’un nouvel appareil.',
      'Les sessions ouvertes le restent.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre.',
  }),
})
