import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner whom two admins have made a third. */
export const adminGranted = mail({
  name: 'admin_granted',
  urgency: 'security',
  causedBy: 'service',
  data: z.object({ time: occasion.time }),
  en: ({ time }, say) => ({
    subject: 'You are an admin now',
    preheader: 'Two admins have agreed on it.',
    blocks: [
      'Your Phantom account is an admin account now: one admin has asked for it and another ' +
        'has approved. All its sessions and API keys were ended.',
      'Sign in again, and add an authenticator app: the pages for admins open only with one.',
      say.facts({ time }),
    ],
    notMe:
      'If you did not expect this, do not use the account and tell the person who is in ' +
      'charge of Phantom at your company.',
  }),
  de: ({ time }, say) => ({
    subject: 'Ihr Konto ist jetzt ein Admin-Konto',
    preheader: 'Zwei Admins haben dem zugestimmt.',
    blocks: [
      'Ihr Phantom-Konto ist jetzt ein Admin-Konto: Ein Admin hat es beantragt, ein zweiter ' +
        'hat zugestimmt. Alle Sitzungen und API-Schlüssel wurden beendet.',
      'Melden Sie sich neu an und fügen Sie eine Authentifizierungs-App hinzu: Ohne sie ' +
        'öffnen sich die Seiten für Admins nicht.',
      say.facts({ time }),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, verwenden Sie das Konto nicht und sprechen Sie die ' +
      'Person an, die in Ihrem Unternehmen für Phantom zuständig ist.',
  }),
  fr: ({ time }, say) => ({
    subject: 'Vous êtes maintenant administrateur',
    preheader: 'Deux administrateurs l’ont décidé.',
    blocks: [
      'Votre compte Phantom est désormais un compte d’administration : un administrateur l’a ' +
        'demandé, un autre l’a approuvé. Toutes les sessions et clés API ont pris fin.',
      'Reconnectez-vous et ajoutez une application d’authentification : les pages ' +
        'd’administration ne s’ouvrent qu’avec elle.',
      say.facts({ time }),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, n’utilisez pas le compte et prévenez la personne ' +
      'responsable de Phantom dans votre entreprise.',
  }),
})
