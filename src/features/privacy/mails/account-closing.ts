import * as z from 'zod'
import { link, occasion, where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner of an account that will be erased; the link keeps it. */
export const accountClosing = mail({
  name: 'account_closing',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ link, dueAt: occasion.time, ...where }),
  en: ({ link, dueAt, ...where }, say) => ({
    subject: 'Your account will be erased',
    preheader: `You can keep it until ${say.date(dueAt)}.`,
    blocks: [
      `Your account was closed, and all sessions were ended. On ${say.date(dueAt)} it will be ` +
        'erased, with everything personal in it, and cannot be brought back.',
      'Should you change your mind, you can keep it until then:',
      { kind: 'button', label: 'Keep my account', link },
      say.facts(where),
    ],
    notMe: 'If this was not you, choose “Keep my account” and then reset your password.',
  }),
  de: ({ link, dueAt, ...where }, say) => ({
    subject: 'Ihr Konto wird gelöscht',
    preheader: `Sie können es bis zum ${say.date(dueAt)} behalten.`,
    blocks: [
      `Ihr Konto wurde geschlossen, und alle Sitzungen wurden beendet. Am ${say.date(dueAt)} ` +
        'wird es mit allen persönlichen Daten gelöscht und lässt sich nicht wiederherstellen.',
      'Falls Sie es sich anders überlegen, können Sie es bis dahin behalten:',
      { kind: 'button', label: 'Konto behalten', link },
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, wählen Sie „Konto behalten“ und setzen Sie danach Ihr ' +
      'Passwort zurück.',
  }),
  fr: ({ link, dueAt, ...where }, say) => ({
    subject: 'Votre compte sera supprimé',
    preheader: `Vous pouvez le conserver jusqu’au ${say.date(dueAt)}.`,
    blocks: [
      `Votre compte a été fermé et toutes les sessions ont pris fin. Le ${say.date(dueAt)}, ` +
        'il sera supprimé avec toutes vos données personnelles, sans retour possible.',
      'Si vous changez d’avis, vous pouvez le conserver jusque-là :',
      { kind: 'button', label: 'Conserver mon compte', link },
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, choisissez « Conserver mon compte », puis réinitialisez votre ' +
      'mot de passe.',
  }),
})
