import * as z from 'zod'
import { roles } from '../../../platform/db/schema'
import { byAdmin, link, occasion } from '../../../platform/email/mail-fields'
import { plainName, plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** Of an admin: to which role, or `null` where the account is disabled. */
export const removal = {
  role: z.enum(roles).nullable(),
  dueAt: occasion.time,
  askedBy: z.string(),
  ...byAdmin,
}

/** To an admin whom another admin wants to demote or disable; the link stops it. */
export const adminRemovalScheduled = mail({
  name: 'admin_removal_scheduled',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({ link, ...removal }),
  en: ({ link, role, dueAt, askedBy, reason, time }, say) => ({
    subject: role ? 'Your admin role will be removed' : 'Your admin account will be disabled',
    preheader: `You can stop it until ${say.date(dueAt)}.`,
    blocks: [
      role
        ? 'Another admin of Phantom has asked to change the role of your account. On ' +
          `${say.date(dueAt)}, or earlier if a second admin approves, it becomes ` +
          `${say.role(role)}, and all its sessions and API keys end.`
        : `Another admin of Phantom has asked to disable your account. On ${say.date(dueAt)}, ` +
          'or earlier if a second admin approves, all its sessions end and nobody can sign in ' +
          'to it.',
      'If you do not agree, stop it:',
      { kind: 'button', label: 'Keep the admin account', link },
      say.facts({ time }, [
        ['Asked for by', plainName(askedBy)],
        ['Reason', plainReason(reason)],
      ]),
    ],
    notMe:
      'If you did not expect this, that admin’s account may be in other hands: choose “Keep ' +
      'the admin account” and then end the sessions of that admin.',
  }),
  de: ({ link, role, dueAt, askedBy, reason, time }, say) => ({
    subject: role ? 'Ihre Admin-Rolle wird entfernt' : 'Ihr Admin-Konto wird deaktiviert',
    preheader: `Sie können es bis zum ${say.date(dueAt)} verhindern.`,
    blocks: [
      role
        ? 'Ein anderer Admin von Phantom möchte die Rolle Ihres Kontos ändern. Am ' +
          `${say.date(dueAt)}, oder früher, wenn ein zweiter Admin zustimmt, wird es ` +
          `${say.role(role)}; alle Sitzungen und API-Schlüssel werden dann beendet.`
        : `Ein anderer Admin von Phantom möchte Ihr Konto deaktivieren. Am ${say.date(dueAt)}, ` +
          'oder früher, wenn ein zweiter Admin zustimmt, werden alle Sitzungen beendet, und ' +
          'niemand kann sich mehr anmelden.',
      'Falls Sie nicht einverstanden sind, verhindern Sie es:',
      { kind: 'button', label: 'Admin-Konto behalten', link },
      say.facts({ time }, [
        ['Beantragt von', plainName(askedBy)],
        ['Grund', plainReason(reason)],
      ]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, verwendet vielleicht jemand das Konto dieses ' +
      'Admins: Wählen Sie „Admin-Konto behalten“ und beenden Sie danach dessen Sitzungen.',
  }),
  fr: ({ link, role, dueAt, askedBy, reason, time }, say) => ({
    subject: role
      ? 'Votre rôle d’administrateur va être retiré'
      : 'Votre compte d’administration va être désactivé',
    preheader: `Vous pouvez l’empêcher jusqu’au ${say.date(dueAt)}.`,
    blocks: [
      role
        ? 'Un autre administrateur de Phantom souhaite modifier le rôle de votre compte. Le ' +
          `${say.date(dueAt)}, ou plus tôt si un second administrateur l’approuve, il deviendra ` +
          `${say.role(role)}, et toutes ses sessions et clés API prendront fin.`
        : 'Un autre administrateur de Phantom souhaite désactiver votre compte. Le ' +
          `${say.date(dueAt)}, ou plus tôt si un second administrateur l’approuve, toutes les ` +
          'sessions prendront fin et personne ne pourra plus s’y connecter.',
      'Si vous n’êtes pas d’accord, empêchez-le :',
      { kind: 'button', label: 'Garder le compte d’administration', link },
      say.facts({ time }, [
        ['Demandé par', plainName(askedBy)],
        ['Motif', plainReason(reason)],
      ]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, quelqu’un utilise peut-être le compte de cet ' +
      'administrateur : choisissez « Garder le compte d’administration », puis mettez fin à ' +
      'ses sessions.',
  }),
})
