import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/**
 * To a merchant as the receipt of an application. The name goes to nobody but the merchant who
 * chose it, so it stays whole.
 */
export const merchantSubmitted = mail({
  name: 'merchant_submitted',
  urgency: 'notice',
  causedBy: 'owner',
  data: z.object({ legalName: z.string(), ...where }),
  en: ({ legalName, ...where }, say) => ({
    subject: 'We have received your application',
    preheader: 'We will write to you when it is decided.',
    blocks: [
      'Your application as a merchant has reached us. Our team looks at it now; until it is ' +
        'decided, profile and documents stay as they are.',
      say.facts(where, [['Business', legalName]]),
    ],
    notMe:
      'If this was not you, somebody else is signed in to your account: reset your password ' +
      'at once.',
  }),
  de: ({ legalName, ...where }, say) => ({
    subject: 'Wir haben Ihren Antrag erhalten',
    preheader: 'Sobald er entschieden ist, schreiben wir Ihnen.',
    blocks: [
      'Ihr Antrag als Händler ist bei uns eingegangen. Unser Team prüft ihn jetzt; bis zur ' +
        'Entscheidung bleiben Profil und Unterlagen, wie sie sind.',
      say.facts(where, [['Unternehmen', legalName]]),
    ],
    notMe:
      'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
      'sofort Ihr Passwort zurück.',
  }),
  fr: ({ legalName, ...where }, say) => ({
    subject: 'Nous avons reçu votre demande',
    preheader: 'Nous vous écrirons dès qu’une décision sera prise.',
    blocks: [
      'Votre demande de compte marchand nous est parvenue. Notre équipe l’examine ; d’ici la ' +
        'décision, le profil et les documents restent tels quels.',
      say.facts(where, [['Entreprise', legalName]]),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez ' +
      'votre mot de passe sans attendre.',
  }),
})
