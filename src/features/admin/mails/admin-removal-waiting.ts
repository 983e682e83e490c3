import * as z from 'zod'
import { plainName, plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'
import { removal } from './admin-removal-scheduled'

/** To the other admins when one wants to demote or disable an admin. */
export const adminRemovalWaiting = mail({
  name: 'admin_removal_waiting',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({ address: z.string(), ...removal }),
  en: ({ address, askedBy, role, dueAt, reason, time }, say) => ({
    subject: role ? 'An admin is to be demoted' : 'An admin is to be disabled',
    preheader: `You can stop it until ${say.date(dueAt)}, or approve it.`,
    blocks: [
      'An admin of Phantom has asked to ' +
        (role
          ? `make another admin’s account ${say.role(role)}`
          : 'disable another admin’s account') +
        '. ' +
        `It happens on ${say.date(dueAt)}, or at once if you approve it. Until then you can ` +
        'stop it. You find the request in the administration, among the acts that wait.',
      'Ask both of them whether it is really wanted, and by another way than mail.',
      say.facts({ time }, [
        ['Account', plainName(address)],
        ['Asked for by', plainName(askedBy)],
        ['Reason', plainReason(reason)],
      ]),
    ],
    notMe:
      'If you did not expect this, the account of the admin who asked may be in other hands: ' +
      'stop it, and end the sessions of that admin.',
  }),
  de: ({ address, askedBy, role, dueAt, reason, time }, say) => ({
    subject: role ? 'Ein Admin soll seine Rolle verlieren' : 'Ein Admin soll deaktiviert werden',
    preheader: `Sie können es bis zum ${say.date(dueAt)} verhindern oder zustimmen.`,
    blocks: [
      'Ein Admin von Phantom möchte das Konto eines anderen Admins ' +
        `${role ? `ändern: Es soll ${say.role(role)} werden` : 'deaktivieren'}. Das geschieht ` +
        `am ${say.date(dueAt)}, oder sofort, wenn Sie zustimmen. Bis dahin können Sie es ` +
        'verhindern. Der Antrag steht in der Verwaltung unter den wartenden Vorgängen.',
      'Fragen Sie beide, ob das wirklich gewollt ist, und zwar nicht per E-Mail.',
      say.facts({ time }, [
        ['Konto', plainName(address)],
        ['Beantragt von', plainName(askedBy)],
        ['Grund', plainReason(reason)],
      ]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, verwendet vielleicht jemand das Konto des Admins, ' +
      'der es beantragt hat: Verhindern Sie es und beenden Sie dessen Sitzungen.',
  }),
  fr: ({ address, askedBy, role, dueAt, reason, time }, say) => ({
    subject: role ? 'Un administrateur va perdre son rôle' : 'Un administrateur va être désactivé',
    preheader: `Vous pouvez l’empêcher jusqu’au ${say.date(dueAt)}, ou l’approuver.`,
    blocks: [
      'Un administrateur de Phantom souhaite ' +
        (role
          ? `modifier le compte d’un autre administrateur, qui deviendrait ${say.role(role)}`
          : 'désactiver le compte d’un autre administrateur') +
        '. ' +
        `Cela se fera le ${say.date(dueAt)}, ou aussitôt si vous l’approuvez. Jusque-là, vous ` +
        'pouvez l’empêcher. La demande se trouve dans l’administration, parmi les actes en ' +
        'attente.',
      'Demandez à tous deux si c’est bien voulu, autrement que par message électronique.',
      say.facts({ time }, [
        ['Compte', plainName(address)],
        ['Demandé par', plainName(askedBy)],
        ['Motif', plainReason(reason)],
      ]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, quelqu’un utilise peut-être le compte de ' +
      'l’administrateur qui l’a demandé : empêchez-le et mettez fin à ses sessions.',
  }),
})
