import * as z from 'zod'
import { link, where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the old address while the new one is not confirmed yet; the link freezes the account. */
export const emailChangeRequested = mail({
  name: 'email_change_requested',
  urgency: 'security',
  causedBy: 'owner',
  outlivesLink: true,
  data: z.object({ link, newEmail: z.string(), ...where }),
  en: ({ link, newEmail, ...where }, say) => ({
    subject: 'Somebody wants to change your e-mail address',
    preheader: 'The new address has not been confirmed yet.',
    blocks: [
      'Somebody who is signed in to your account wants to change its e-mail address. As long ' +
        'as the new address is not confirmed, this one stays in use.',
      say.facts(where, [['New address', plainName(newEmail)]]),
      { kind: 'button', label: 'This was not me', link },
    ],
    notMe:
      'If this was not you, choose “This was not me”: that ends all sessions, keeps this ' +
      'address and freezes the account until you reset the password.',
  }),
  de: ({ link, newEmail, ...where }, say) => ({
    subject: 'Ihre E-Mail-Adresse soll geändert werden',
    preheader: 'Die neue Adresse ist noch nicht bestätigt.',
    blocks: [
      'Jemand, der in Ihrem Konto angemeldet ist, möchte die E-Mail-Adresse ändern. Solange ' +
        'die neue Adresse nicht bestätigt ist, bleibt es bei dieser.',
      say.facts(where, [['Neue Adresse', plainName(newEmail)]]),
      { kind: 'button', label: 'Das war ich nicht', link },
    ],
    notMe:
      'Wenn Sie das nicht waren, wählen Sie „Das war ich nicht“: Damit enden alle Sitzungen, ' +
      'diese Adresse bleibt, und das Konto ist gesperrt, bis Sie das Passwort zurücksetzen.',
  }),
  fr: ({ link, newEmail, ...where }, say) => ({
    subject: 'Un changement d’adresse a été demandé',
    preheader: 'La nouvelle adresse n’est pas encore confirmée.',
    blocks: [
      'Une personne connectée à votre compte souhaite en changer l’adresse électronique. Tant ' +
        'que la nouvelle adresse n’est pas confirmée, celle-ci reste en usage.',
      say.facts(where, [['Nouvelle adresse', plainName(newEmail)]]),
      { kind: 'button', label: 'Ce n’était pas moi', link },
    ],
    notMe:
      'Si ce n’était pas vous, choisissez « Ce n’était pas moi » : toutes les sessions ' +
      'prennent fin, cette adresse est conservée et le compte est gelé jusqu’à ce que vous ' +
      'réinitialisiez le mot de passe.',
  }),
})
