import { plainName } from '../plain-name'
import { template } from '../template'

/**
 * To an address that somebody signed up with. It names nothing that this somebody chose, but for a
 * username that is taken already: only the owner of the address may learn that, not the stranger.
 */
export const verifyEmail = template(
  'verify_email',
  { urgency: 'notice', isOpenToStrangers: true },
  {
    en: ({ link, validHours, usernameTaken }, say) => ({
      subject: 'Confirm your e-mail address',
      preheader: 'One step is left until you can sign in.',
      blocks: [
        'Somebody, we hope you, has opened a Phantom account with this address. Confirm that the address is yours, and you can sign in.',
        { kind: 'button', label: 'Confirm address', link },
        `The link works once, for ${say.hours(validHours)}.`,
        ...(usernameTaken === null
          ? []
          : [
              `The username “${plainName(usernameTaken)}” is already taken. Your account has none for now: choose another after you have signed in.`,
            ]),
      ],
      notMe:
        'If this was not you, do nothing: without your confirmation nobody can use that account.',
    }),
    de: ({ link, validHours, usernameTaken }, say) => ({
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      preheader: 'Danach können Sie sich anmelden.',
      blocks: [
        'Jemand, hoffentlich Sie selbst, hat mit dieser Adresse ein Phantom-Konto eröffnet. Bestätigen Sie, dass die Adresse Ihnen gehört; danach können Sie sich anmelden.',
        { kind: 'button', label: 'Adresse bestätigen', link },
        `Der Link gilt einmal und ${say.hours(validHours)} lang.`,
        ...(usernameTaken === null
          ? []
          : [
              `Der Benutzername „${plainName(usernameTaken)}“ ist bereits vergeben. Ihr Konto hat vorerst keinen: Wählen Sie nach der Anmeldung einen anderen.`,
            ]),
      ],
      notMe:
        'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung kann niemand dieses Konto nutzen.',
    }),
    fr: ({ link, validHours, usernameTaken }, say) => ({
      subject: 'Confirmez votre adresse électronique',
      preheader: 'Vous pourrez ensuite vous connecter.',
      blocks: [
        'Quelqu’un (vous-même, nous l’espérons) a ouvert un compte Phantom avec cette adresse. Confirmez qu’elle vous appartient ; vous pourrez ensuite vous connecter.',
        { kind: 'button', label: 'Confirmer l’adresse', link },
        `Le lien est valable une seule fois, pendant ${say.hours(validHours)}.`,
        ...(usernameTaken === null
          ? []
          : [
              `Le nom d’utilisateur « ${plainName(usernameTaken)} » est déjà pris. Votre compte n’en a pas pour l’instant : choisissez-en un autre après votre première connexion.`,
            ]),
      ],
      notMe:
        'Si ce n’était pas vous, vous n’avez rien à faire : sans votre confirmation, personne ne peut utiliser ce compte.',
    }),
  },
)
