import * as z from 'zod'
import { link, where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an authenticator app was added; the link undoes it and freezes the account. */
export const authenticatorAdded = mail({
  name: 'authenticator_added',
  urgency: 'security',
  causedBy: 'owner',
  outlivesLink: true,
  data: z.object({ link, name: z.string(), ...where }),
  en: ({ link, name, ...where }, say) => ({
    subject: 'An authenticator app was added',
    preheader: 'Its codes work from now on.',
    blocks: [
      'An authenticator app was added to your account. From now on its codes work when you ' +
        'sign in.',
      say.facts(where, [['Name', plainName(name)]]),
      { kind: 'button', label: 'This was not me', link },
    ],
    notMe:
      'If this was not you, choose “This was not me” within three days: that ends all ' +
      'sessions, removes this app and freezes the account until you reset the password.',
  }),
  de: ({ link, name, ...where }, say) => ({
    subject: 'Eine Authentifizierungs-App wurde hinzugefügt',
    preheader: 'Die Codes der App gelten ab jetzt.',
    blocks: [
      'Zu Ihrem Konto wurde eine Authentifizierungs-App hinzugefügt. Die Codes dieser App ' +
        'gelten ab jetzt bei der Anmeldung.',
      say.facts(where, [['Name', plainName(name)]]),
      { kind: 'button', label: 'Das war ich nicht', link },
    ],
    notMe:
      'Wenn Sie das nicht waren, wählen Sie innerhalb von drei Tagen „Das war ich nicht“: ' +
      'Damit enden alle Sitzungen, diese App wird entfernt, und das Konto ist gesperrt, bis ' +
      'Sie das Passwort zurücksetzen.',
  }),
  fr: ({ link, name, ...where }, say) => ({
    subject: 'Une application d’authentification a été ajoutée',
    preheader: 'Ses codes sont désormais valables.',
    blocks: [
      'Une application d’authentification a été ajoutée à votre compte. Ses codes sont ' +
        'désormais valables pour vous connecter.',
      say.facts(where, [['Nom', plainName(name)]]),
      { kind: 'button', label: 'Ce n’était pas moi', link },
    ],
    notMe:
      'Si ce n’était pas vous, choisissez « Ce n’était pas moi » dans les trois jours : ' +
      'toutes les sessions prennent fin, cette application est retirée et le compte est gelé ' +
      'jusqu’à ce que vous réinitialisiez le mot de passe.',
  }),
})
