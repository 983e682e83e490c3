import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner once the password is another one. */
export const passwordChanged = mail({
  name: 'password_changed',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({
    how: z.enum(['change', 'reset']),
    /** Factors that were too young for the reset to ask for went with it. */
    factorsRemoved: z.boolean().default(false),
    ...where,
  }),
  en: ({ how, factorsRemoved, ...where }, say) => ({
    subject: 'Your password was changed',
    preheader: 'All other sessions were ended.',
    blocks: [
      how === 'reset'
        ? 'A new password was set for your account, with the link that we had sent you.'
        : 'The password of your account was changed, with the old one.',
      'All other sessions were ended: other browsers and devices have to sign in again.',
      ...(factorsRemoved
        ? [
            'Authenticator apps and backup codes that were added in the last three days were ' +
              'removed: if they were yours, add them again.',
          ]
        : []),
      say.facts(where),
    ],
    notMe:
      'If this was not you, take your account back at once: choose “Forgot password” where ' +
      'you sign in and set a new password.',
  }),
  de: ({ how, factorsRemoved, ...where }, say) => ({
    subject: 'Ihr Passwort wurde geändert',
    preheader: 'Alle anderen Sitzungen wurden beendet.',
    blocks: [
      how === 'reset'
        ? 'Für Ihr Konto wurde ein neues Passwort festgelegt, mit dem Link, den wir Ihnen ' +
          'geschickt hatten.'
        : 'Das Passwort Ihres Kontos wurde geändert, mit dem bisherigen Passwort.',
      'Alle anderen Sitzungen wurden beendet: In anderen Browsern und auf anderen Geräten ist ' +
        'eine neue Anmeldung nötig.',
      ...(factorsRemoved
        ? [
            'Authentifizierungs-Apps und Ersatzcodes, die in den letzten drei Tagen ' +
              'hinzukamen, wurden entfernt: Wenn sie von Ihnen waren, fügen Sie sie wieder ' +
              'hinzu.',
          ]
        : []),
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, holen Sie sich Ihr Konto sofort zurück: Wählen Sie bei der ' +
      'Anmeldung „Passwort vergessen“ und legen Sie ein neues Passwort fest.',
  }),
  fr: ({ how, factorsRemoved, ...where }, say) => ({
    subject: 'Votre mot de passe a été changé',
    preheader: 'Toutes les autres sessions ont pris fin.',
    blocks: [
      how === 'reset'
        ? 'Un nouveau mot de passe a été choisi pour votre compte, au moyen du lien que nous ' +
          'vous avions envoyé.'
        : 'Le mot de passe de votre compte a été changé, au moyen de l’ancien.',
      'Toutes les autres sessions ont pris fin : il faut se reconnecter dans les autres ' +
        'navigateurs et sur les autres appareils.',
      ...(factorsRemoved
        ? [
            'Les applications d’authentification et les codes de secours ajoutés ces trois ' +
              'derniers jours ont été retirés : s’ils étaient à vous, ajoutez-les de nouveau.',
          ]
        : []),
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, reprenez votre compte sans attendre : choisissez « Mot de ' +
      'passe oublié » au moment de vous connecter, puis un nouveau mot de passe.',
  }),
})
