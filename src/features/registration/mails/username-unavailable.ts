import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner of a new account, where somebody else has confirmed the same username first. */
export const usernameUnavailable = mail({
  name: 'username_unavailable',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ username: z.string(), ...where }),
  en: ({ username, ...where }, say) => ({
    subject: 'Your account has no username yet',
    preheader: 'Sign in with your e-mail address, and choose another.',
    blocks: [
      'Your address is confirmed and your account is ready. The username ' +
        `“${plainName(username)}” was taken by somebody else before you confirmed, so your ` +
        'account has none for now.',
      'Sign in with your e-mail address. You can choose another username in your account.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, you need do nothing: nobody can use the account without your mailbox.',
  }),
  de: ({ username, ...where }, say) => ({
    subject: 'Ihr Konto hat noch keinen Benutzernamen',
    preheader: 'Melden Sie sich mit Ihrer E-Mail-Adresse an und wählen Sie einen anderen.',
    blocks: [
      'Ihre Adresse ist bestätigt, Ihr Konto ist bereit. Den Benutzernamen ' +
        `„${plainName(username)}“ hatte vor Ihrer Bestätigung schon jemand anderes, deshalb hat ` +
        'Ihr Konto vorerst keinen.',
      'Melden Sie sich mit Ihrer E-Mail-Adresse an. In Ihrem Konto können Sie einen anderen ' +
        'Benutzernamen wählen.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihr Postfach kann niemand ' +
      'das Konto nutzen.',
  }),
  fr: ({ username, ...where }, say) => ({
    subject: 'Votre compte n’a pas encore de nom d’utilisateur',
    preheader: 'Connectez-vous avec votre adresse électronique et choisissez-en un autre.',
    blocks: [
      'Votre adresse est confirmée et votre compte est prêt. Le nom d’utilisateur « ' +
        `${plainName(username)} » a été pris par quelqu’un d’autre avant votre confirmation ; ` +
        'votre compte n’en a donc pas pour l’instant.',
      'Connectez-vous avec votre adresse électronique. Vous pourrez choisir un autre nom ' +
        'd’utilisateur dans votre compte.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : sans votre boîte aux lettres, ' +
      'personne ne peut utiliser ce compte.',
  }),
})
