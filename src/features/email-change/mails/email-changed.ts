import * as z from 'zod'
import { link, where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/**
 * To the old address once the new one has taken its place; the link undoes that
 * and freezes the account.
 */
export const emailChanged = mail({
  name: 'email_changed',
  urgency: 'security',
  causedBy: 'owner',
  outlivesLink: true,
  data: z.object({ link, newEmail: z.string(), ...where }),
  en: ({ link, newEmail, ...where }, say) => ({
    subject: 'Your e-mail address was changed',
    preheader: 'This address no longer belongs to your account.',
    blocks: [
      'Your account has a new e-mail address. From now on you sign in with it, and our mails ' +
        'go there.',
      say.facts(where, [['New address', plainName(newEmail)]]),
      { kind: 'button', label: 'This was not me', link },
    ],
    notMe:
      'If this was not you, choose “This was not me”: that ends all sessions, brings this ' +
      'address back and freezes the account until you reset the password.',
  }),
  de: ({ link, newEmail, ...where }, say) => ({
    subject: 'Ihre E-Mail-Adresse wurde geändert',
    preheader: 'Diese Adresse gehört nicht mehr zu Ihrem Konto.',
    blocks: [
      'Ihr Konto hat eine neue E-Mail-Adresse. Ab jetzt melden Sie sich mit ihr an, und ' +
        'unsere Nachrichten gehen dorthin.',
      say.facts(where, [['Neue Adresse', plainName(newEmail)]]),
      { kind: 'button', label: 'Das war ich nicht', link },
    ],
    notMe:
      'Wenn Sie das nicht waren, wählen Sie „Das war ich nicht“: Damit enden alle Sitzungen, ' +
      'diese Adresse gilt wieder, und das Konto ist gesperrt, bis Sie das Passwort ' +
      'zurücksetzen.',
  }),
  fr: ({ link, newEmail, ...where }, say) => ({
    subject: 'Votre adresse électronique a été changée',
    preheader: 'Cette adresse n’est plus celle de votre compte.',
    blocks: [
      'Votre compte a une nouvelle adresse électronique. Désormais, c’est avec elle que vous ' +
        'vous connectez, et nos messages y sont envoyés.',
      say.facts(where, [['Nouvelle adresse', plainName(newEmail)]]),
      { kind: 'button', label: 'Ce n’était pas moi', link },
    ],
    notMe:
      'Si ce n’était pas vous, choisissez « Ce n’était pas moi » : toutes les sessions ' +
      'prennent fin, cette adresse est rétablie et le compte est gelé jusqu’à ce que vous ' +
      'réinitialisiez le mot de passe.',
  }),
})
