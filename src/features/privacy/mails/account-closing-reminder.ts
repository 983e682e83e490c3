import * as z from 'zod'
import { link, occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner of a closed account whose address was used again: the link still keeps it. */
export const accountClosingReminder = mail({
  name: 'account_closing_reminder',
  urgency: 'security',
  causedBy: 'stranger',
  data: z.object({ link, dueAt: occasion.time, ...occasion }),
  en: ({ link, dueAt, ...where }, say) => ({
    subject: 'Your account is closed, and you can still keep it',
    preheader: `It will be erased on ${say.date(dueAt)}.`,
    blocks: [
      'This address was just used at Phantom, perhaps by you. Its account is closed: nobody ' +
        `can sign in, and on ${say.date(dueAt)} it will be erased, with everything personal in ` +
        'it.',
      'You can keep it until then, and sign in as before or ask for a new password.',
      { kind: 'button', label: 'Keep my account', link },
      'If you do nothing, the account is erased, and you can open a new one with this address.',
      say.facts(where),
    ],
    notMe: 'If this was not you, you need do nothing: nobody has learned that you have an account.',
  }),
  de: ({ link, dueAt, ...where }, say) => ({
    subject: 'Ihr Konto ist geschlossen, Sie können es noch behalten',
    preheader: `Es wird am ${say.date(dueAt)} gelöscht.`,
    blocks: [
      'Diese Adresse wurde gerade bei Phantom verwendet, vielleicht von Ihnen. Das Konto dazu ' +
        `ist geschlossen: Niemand kann sich anmelden, und am ${say.date(dueAt)} wird es mit ` +
        'allen persönlichen Daten gelöscht.',
      'Bis dahin können Sie es behalten und sich wieder wie früher anmelden oder ein neues ' +
        'Passwort anfordern.',
      { kind: 'button', label: 'Konto behalten', link },
      'Wenn Sie nichts tun, wird das Konto gelöscht, und Sie können mit dieser Adresse ein ' +
        'neues eröffnen.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Niemand hat erfahren, dass Sie ' +
      'ein Konto haben.',
  }),
  fr: ({ link, dueAt, ...where }, say) => ({
    subject: 'Votre compte est fermé, vous pouvez le conserver',
    preheader: `Il sera supprimé le ${say.date(dueAt)}.`,
    blocks: [
      'Cette adresse vient d’être utilisée chez Phantom, peut-être par vous. Le compte ' +
        `correspondant est fermé : personne ne peut se connecter et, le ${say.date(dueAt)}, il ` +
        'sera supprimé avec toutes vos données personnelles.',
      'Jusque-là, vous pouvez le conserver, puis vous connecter comme avant ou demander un ' +
        'nouveau mot de passe.',
      { kind: 'button', label: 'Conserver mon compte', link },
      'Si vous ne faites rien, le compte sera supprimé et vous pourrez en ouvrir un autre ' +
        'avec cette adresse.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : personne n’a appris que vous avez ' +
      'un compte.',
  }),
})
