import * as z from 'zod'
import { link } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To a second address that is to get the notices about an account, once its owner confirms it. */
export const notificationEmail = mail({
  name: 'notification_email',
  urgency: 'notice',
  causedBy: 'stranger',
  confirmsAddress: true,
  data: z.object({ link, validHours: z.number() }),
  en: ({ link, validHours }, say) => ({
    subject: 'Confirm this address for notices',
    preheader: 'Notices about an account are to come here as well.',
    blocks: [
      'Somebody, we hope you, wants to have notices about the security of a Phantom account ' +
        'sent to this address as well. Confirm that the address is yours.',
      { kind: 'button', label: 'Receive notices here', link },
      `The link works once, for ${say.hours(validHours)}.`,
    ],
    notMe:
      'If this was not you, do nothing: without your confirmation no notices are sent to this ' +
      'address.',
  }),
  de: ({ link, validHours }, say) => ({
    subject: 'Bestätigen Sie diese Adresse für Hinweise',
    preheader: 'Hinweise zu einem Konto sollen auch hierher gehen.',
    blocks: [
      'Jemand, hoffentlich Sie selbst, möchte Hinweise zur Sicherheit eines Phantom-Kontos ' +
        'auch an diese Adresse schicken lassen. Bestätigen Sie, dass sie Ihnen gehört.',
      { kind: 'button', label: 'Hinweise hier erhalten', link },
      `Der Link gilt einmal und ${say.hours(validHours)} lang.`,
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung gehen ' +
      'keine Hinweise an diese Adresse.',
  }),
  fr: ({ link, validHours }, say) => ({
    subject: 'Confirmez cette adresse pour recevoir les alertes',
    preheader: 'Les alertes au sujet d’un compte doivent aussi arriver ici.',
    blocks: [
      'Quelqu’un (vous-même, nous l’espérons) souhaite que les alertes de sécurité d’un ' +
        'compte Phantom soient aussi envoyées à cette adresse. Confirmez qu’elle vous ' +
        'appartient.',
      { kind: 'button', label: 'Recevoir les alertes ici', link },
      `Le lien est valable une seule fois, pendant ${say.hours(validHours)}.`,
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : sans votre confirmation, aucune ' +
      'alerte ne sera envoyée à cette adresse.',
  }),
})
