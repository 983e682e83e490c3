import * as z from 'zod'
import { link, occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/**
 * To an address that was given to sign up. It names nothing that was chosen then. Time and place
 * tell the sign-up of the owner from that of a stranger with the same address.
 */
export const verifyEmail = mail({
  name: 'verify_email',
  urgency: 'notice',
  causedBy: 'stranger',
  kind: 'sign_up',
  data: z.object({ link, validHours: z.number(), ...occasion }),
  en: ({ link, validHours, ...where }, say) => ({
    subject: 'Confirm your e-mail address',
    preheader: 'One step is left until you can sign in.',
    blocks: [
      'Somebody, we hope you, has opened a Phantom account with this address. Confirm that ' +
        'the address is yours, and you can sign in with the password that was chosen then.',
      { kind: 'button', label: 'Confirm address', link },
      `The link works once, for ${say.hours(validHours)}. If you get this mail twice, use the ` +
        'one of your own sign-up:',
      say.facts(where),
    ],
    notMe:
      'If this was not you, do nothing: without your confirmation nobody can use that account.',
  }),
  de: ({ link, validHours, ...where }, say) => ({
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    preheader: 'Danach können Sie sich anmelden.',
    blocks: [
      'Jemand, hoffentlich Sie selbst, hat mit dieser Adresse ein Phantom-Konto eröffnet. ' +
        'Bestätigen Sie, dass die Adresse Ihnen gehört; danach können Sie sich mit dem Passwort ' +
        'anmelden, das dabei gewählt wurde.',
      { kind: 'button', label: 'Adresse bestätigen', link },
      `Der Link gilt einmal und ${say.hours(validHours)} lang. Kommt diese E-Mail zweimal, ` +
        'dann nehmen Sie die zu Ihrer eigenen Anmeldung:',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung kann ' +
      'niemand dieses Konto nutzen.',
  }),
  fr: ({ link, validHours, ...where }, say) => ({
    subject: 'Confirmez votre adresse électronique',
    preheader: 'Vous pourrez ensuite vous connecter.',
    blocks: [
      'Quelqu’un (vous-même, nous l’espérons) a ouvert un compte Phantom avec cette adresse. ' +
        'Confirmez qu’elle vous appartient ; vous pourrez ensuite vous connecter avec le mot de ' +
        'passe choisi à ce moment-là.',
      { kind: 'button', label: 'Confirmer l’adresse', link },
      `Le lien est valable une seule fois, pendant ${say.hours(validHours)}. Si vous recevez ` +
        'ce message deux fois, utilisez celui de votre propre inscription :',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : sans votre confirmation, personne ' +
      'ne peut utiliser ce compte.',
  }),
})
