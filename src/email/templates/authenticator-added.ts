import { plainName } from '../plain-name'
import { template } from '../template'

/** To the owner when an authenticator app was added. */
export const authenticatorAdded = template(
  'authenticator_added',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ name, ...where }, say) => ({
      subject: 'An authenticator app was added',
      preheader: 'Its codes work from now on.',
      blocks: [
        'An authenticator app was added to your account. From now on its codes work when you sign in.',
        say.facts(where, [['Name', plainName(name)]]),
      ],
      notMe:
        'If this was not you, somebody else is signed in to your account: reset your password at once, and then remove this app.',
    }),
    de: ({ name, ...where }, say) => ({
      subject: 'Eine Authentifizierungs-App wurde hinzugefügt',
      preheader: 'Die Codes der App gelten ab jetzt.',
      blocks: [
        'Zu Ihrem Konto wurde eine Authentifizierungs-App hinzugefügt. Die Codes dieser App gelten ab jetzt bei der Anmeldung.',
        say.facts(where, [['Name', plainName(name)]]),
      ],
      notMe:
        'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie sofort Ihr Passwort zurück und entfernen Sie dann diese App.',
    }),
    fr: ({ name, ...where }, say) => ({
      subject: 'Une application d’authentification a été ajoutée',
      preheader: 'Ses codes sont désormais valables.',
      blocks: [
        'Une application d’authentification a été ajoutée à votre compte. Ses codes sont désormais valables pour vous connecter.',
        say.facts(where, [['Nom', plainName(name)]]),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez votre mot de passe sans attendre, puis retirez cette application.',
    }),
  },
)
