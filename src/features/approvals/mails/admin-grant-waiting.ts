import * as z from 'zod'
import { byAdmin, occasion } from '../../../platform/email/mail-fields'
import { plainName, plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the other admins when one wants to make somebody an admin. */
export const adminGrantWaiting = mail({
  name: 'admin_grant_waiting',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({
    address: z.string(),
    askedBy: z.string(),
    approveBefore: occasion.time,
    ...byAdmin,
    /** An invitation has none. */
    reason: z.string().nullable(),
  }),
  en: ({ address, askedBy, reason, approveBefore, time }, say) => ({
    subject: 'A new admin waits for your approval',
    preheader: `It can be approved until ${say.date(approveBefore)}.`,
    blocks: [
      'An admin of Phantom wants to make somebody an admin. It takes two: nothing happens ' +
        `unless another admin approves it before ${say.date(approveBefore)}. You find the ` +
        'request in the administration, among the acts that wait.',
      'Ask the admin whether it is really wanted, and by another way than mail. Approve it ' +
        'only then.',
      say.facts({ time }, [
        ['Account', plainName(address)],
        ['Asked for by', plainName(askedBy)],
        ...(reason === null ? [] : [['Reason', plainReason(reason)] as const]),
      ]),
    ],
    notMe:
      'If you did not expect this, somebody may be using another admin’s account: do not ' +
      'approve it, and end the sessions of that admin.',
  }),
  de: ({ address, askedBy, reason, approveBefore, time }, say) => ({
    subject: 'Ein neuer Admin wartet auf Ihre Zustimmung',
    preheader: `Möglich ist sie bis zum ${say.date(approveBefore)}.`,
    blocks: [
      'Ein Admin von Phantom möchte jemanden zum Admin machen. Dazu braucht es zwei: Ohne die ' +
        `Zustimmung eines anderen Admins bis zum ${say.date(approveBefore)} geschieht nichts. ` +
        'Der Antrag steht in der Verwaltung unter den wartenden Vorgängen.',
      'Fragen Sie den Admin, ob das wirklich gewollt ist, und zwar nicht per E-Mail. Stimmen ' +
        'Sie erst dann zu.',
      say.facts({ time }, [
        ['Konto', plainName(address)],
        ['Beantragt von', plainName(askedBy)],
        ...(reason === null ? [] : [['Grund', plainReason(reason)] as const]),
      ]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, verwendet vielleicht jemand das Konto eines anderen ' +
      'Admins: Stimmen Sie nicht zu und beenden Sie dessen Sitzungen.',
  }),
  fr: ({ address, askedBy, reason, approveBefore, time }, say) => ({
    subject: 'Un nouvel administrateur attend votre accord',
    preheader: `Vous pouvez le donner jusqu’au ${say.date(approveBefore)}.`,
    blocks: [
      'Un administrateur de Phantom souhaite en nommer un autre. Il faut être deux : sans ' +
        `l’accord d’un autre administrateur avant le ${say.date(approveBefore)}, rien ne se ` +
        'passe. La demande se trouve dans l’administration, parmi les actes en attente.',
      'Demandez à cet administrateur si c’est bien voulu, autrement que par message ' +
        'électronique. N’approuvez qu’ensuite.',
      say.facts({ time }, [
        ['Compte', plainName(address)],
        ['Demandé par', plainName(askedBy)],
        ...(reason === null ? [] : [['Motif', plainReason(reason)] as const]),
      ]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, quelqu’un utilise peut-être le compte d’un autre ' +
      'administrateur : n’approuvez pas et mettez fin à ses sessions.',
  }),
})
