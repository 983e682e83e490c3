import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner of a disabled account whose address was used again: whom to write to. */
export const accountDisabledReminder = mail({
  name: 'account_disabled_reminder',
  urgency: 'notice',
  causedBy: 'stranger',
  data: z.object({ contact: z.string(), ...occasion }),
  en: ({ contact, ...where }, say) => ({
    subject: 'Your account is disabled',
    preheader: 'Our team can tell you more.',
    blocks: [
      'This address was just used at Phantom, perhaps by you. Its account is disabled: nobody ' +
        'can sign in, and neither a new password nor another sign-up changes that.',
      `To use it again, reach our team at ${contact}. Please name the address that this mail ` +
        'went to.',
      say.facts(where),
    ],
    notMe: 'If this was not you, you need do nothing: nobody has learned that you have an account.',
  }),
  de: ({ contact, ...where }, say) => ({
    subject: 'Ihr Konto ist deaktiviert',
    preheader: 'Unser Team kann Ihnen mehr dazu sagen.',
    blocks: [
      'Diese Adresse wurde gerade bei Phantom verwendet, vielleicht von Ihnen. Das Konto dazu ' +
        'ist deaktiviert: Niemand kann sich anmelden, und weder ein neues Passwort noch eine ' +
        'neue Registrierung ändert daran etwas.',
      `Möchten Sie es wieder nutzen? Sie erreichen unser Team unter ${contact}. Nennen Sie ` +
        'dabei bitte die Adresse, an die diese E-Mail ging.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Niemand hat erfahren, dass Sie ' +
      'ein Konto haben.',
  }),
  fr: ({ contact, ...where }, say) => ({
    subject: 'Votre compte est désactivé',
    preheader: 'Notre équipe peut vous en dire plus.',
    blocks: [
      'Cette adresse vient d’être utilisée chez Phantom, peut-être par vous. Le compte ' +
        'correspondant est désactivé : personne ne peut se connecter, et ni un nouveau mot de ' +
        'passe ni une nouvelle inscription n’y changera rien.',
      `Pour l’utiliser de nouveau, contactez notre équipe : ${contact}. Indiquez l’adresse à ` +
        'laquelle ce message a été envoyé.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : personne n’a appris que vous avez ' +
      'un compte.',
  }),
})
