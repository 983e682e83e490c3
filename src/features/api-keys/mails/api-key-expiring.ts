import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner of an API key that ends soon. */
export const apiKeyExpiring = mail({
  name: 'api_key_expiring',
  urgency: 'notice',
  causedBy: 'owner',
  data: z.object({ name: z.string(), days: z.number(), expiresAt: occasion.time }),
  en: ({ name, days, expiresAt }, say) => ({
    subject: `An API key ends in ${say.days(days)}`,
    preheader: 'Replace it before then.',
    blocks: [
      `You created an API key that works until ${say.date(expiresAt)}. After that, servers ` +
        'that use it are refused. Replace it before then: the key of now goes on working while ' +
        'you change over.',
      { kind: 'facts', rows: [['Name', plainName(name)]] },
    ],
    notMe: 'If this was not you, delete the key at once and reset your password.',
  }),
  de: ({ name, days, expiresAt }, say) => ({
    subject: `Ein API-Schlüssel gilt nur noch ${say.days(days)}`,
    preheader: 'Ersetzen Sie ihn vorher.',
    blocks: [
      `Sie haben einen API-Schlüssel erstellt, der bis ${say.date(expiresAt)} gilt. Danach ` +
        'werden Server, die ihn verwenden, abgewiesen. Ersetzen Sie ihn vorher: Der jetzige ' +
        'gilt weiter, während Sie umstellen.',
      { kind: 'facts', rows: [['Name', plainName(name)]] },
    ],
    notMe:
      'Wenn Sie das nicht waren, löschen Sie den Schlüssel sofort und setzen Sie Ihr Passwort ' +
      'zurück.',
  }),
  fr: ({ name, days, expiresAt }, say) => ({
    subject: `Une clé API expire dans ${say.days(days)}`,
    preheader: 'Remplacez-la avant cette date.',
    blocks: [
      `Vous avez créé une clé API valable jusqu’au ${say.date(expiresAt)}. Ensuite, les ` +
        'serveurs qui l’utilisent seront refusés. Remplacez-la avant cette date : la clé ' +
        'actuelle reste valable le temps de la transition.',
      { kind: 'facts', rows: [['Nom', plainName(name)]] },
    ],
    notMe:
      'Si ce n’était pas vous, supprimez la clé sans attendre et réinitialisez votre mot de passe.',
  }),
})
