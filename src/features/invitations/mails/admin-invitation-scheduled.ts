import * as z from 'zod'
import { link, occasion } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/**
 * To all who have ever been admins, when the only one who is left invites another one: nobody can
 * approve it, so each of them can stop it.
 */
export const adminInvitationScheduled = mail({
  name: 'admin_invitation_scheduled',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({
    link,
    address: z.string(),
    askedBy: z.string(),
    dueAt: occasion.time,
    contact: z.string(),
    time: occasion.time,
  }),
  en: ({ link, address, askedBy, dueAt, contact, time }, say) => ({
    subject: 'A new admin will be invited unless you stop it',
    preheader: `You can stop it until ${say.date(dueAt)}.`,
    blocks: [
      'The only admin of Phantom wants to invite another admin. The invitation goes out on ' +
        `${say.date(dueAt)}.`,
      'You get this mail because you are an admin of Phantom or have been one. No other admin ' +
        'is left to approve the invitation, so everyone who has ever been one is asked, and ' +
        'each can stop it.',
      'If the invitation is your own, there is nothing to do. Otherwise ask the admin whether ' +
        'it is wanted, and by another way than mail. If it is not, or if you get no answer in ' +
        'time, stop it:',
      { kind: 'button', label: 'Stop the invitation', link },
      say.facts({ time }, [
        ['To be invited', plainName(address)],
        ['Asked for by', plainName(askedBy)],
      ]),
    ],
    notMe:
      `If you did not expect this, stop the invitation and write to ${contact}: a stranger may ` +
      'be using the admin’s account.',
  }),
  de: ({ link, address, askedBy, dueAt, contact, time }, say) => ({
    subject: 'Neuer Admin wird eingeladen, wenn Sie es nicht verhindern',
    preheader: `Sie können es bis zum ${say.date(dueAt)} verhindern.`,
    blocks: [
      'Der einzige Admin von Phantom möchte einen weiteren Admin einladen. Die Einladung wird ' +
        `am ${say.date(dueAt)} verschickt.`,
      'Sie erhalten diese Nachricht, weil Sie Admin von Phantom sind oder waren. Kein anderer ' +
        'Admin ist mehr da, der zustimmen könnte. Deshalb werden alle gefragt, die es je waren, ' +
        'und jeder von ihnen kann die Einladung verhindern.',
      'Wenn Sie selbst eingeladen haben, brauchen Sie nichts zu tun. Andernfalls fragen Sie ' +
        'den Admin, ob die Einladung gewollt ist, und zwar nicht per E-Mail. Ist sie es nicht, ' +
        'oder erhalten Sie nicht rechtzeitig eine Antwort, verhindern Sie sie:',
      { kind: 'button', label: 'Einladung verhindern', link },
      say.facts({ time }, [
        ['Eingeladen wird', plainName(address)],
        ['Beantragt von', plainName(askedBy)],
      ]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, verhindern Sie die Einladung und schreiben Sie an ' +
      `${contact}: Vielleicht verwendet eine fremde Person das Konto des Admins.`,
  }),
  fr: ({ link, address, askedBy, dueAt, contact, time }, say) => ({
    subject: 'Un nouvel administrateur sera invité, sauf opposition',
    preheader: `Vous pouvez l’empêcher jusqu’au ${say.date(dueAt)}.`,
    blocks: [
      'Le seul administrateur de Phantom souhaite en inviter un autre. L’invitation partira ' +
        `le ${say.date(dueAt)}.`,
      'Vous recevez ce message parce que vous êtes ou avez été administrateur de Phantom. Il ' +
        'ne reste aucun autre administrateur pour donner son accord : toutes les personnes qui ' +
        'l’ont été sont donc consultées, et chacune peut empêcher l’invitation.',
      'Si l’invitation vient de vous, vous n’avez rien à faire. Sinon, demandez à ' +
        'l’administrateur si elle est bien voulue, autrement que par message électronique. Si ' +
        'elle ne l’est pas, ou si vous n’obtenez pas de réponse à temps, empêchez-la :',
      { kind: 'button', label: 'Empêcher l’invitation', link },
      say.facts({ time }, [
        ['Personne invitée', plainName(address)],
        ['Demandé par', plainName(askedBy)],
      ]),
    ],
    notMe:
      `Si vous ne vous y attendiez pas, empêchez l’invitation et écrivez à ${contact} : une ` +
      'personne étrangère utilise peut-être le compte de l’administrateur.',
  }),
})
