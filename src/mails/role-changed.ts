import { plainReason } from '../platform/email/plain-name'
import { template } from '../platform/email/template'
import { mailData } from './mail-data'
import { roleNames } from './role-names'

/** To the owner when an admin has given the account another role. */
export const roleChanged = template(
  'role_changed',
  mailData.role_changed,
  { urgency: 'security', causedBy: 'service' },
  {
    en: ({ role, reason, time }, say) => ({
      subject: 'Your account has another role',
      preheader: 'Our team has changed it.',
      blocks: [
        `Our team has changed the role of your Phantom account: it is ${roleNames.en[role]} now. All its sessions and API keys were ended; sign in again to go on.`,
        say.facts({ time }, [['Reason', plainReason(reason)]]),
      ],
      notMe: 'If you did not expect this, write to our support from this address.',
    }),
    de: ({ role, reason, time }, say) => ({
      subject: 'Ihr Konto hat eine andere Rolle',
      preheader: 'Unser Team hat sie geändert.',
      blocks: [
        `Unser Team hat die Rolle Ihres Phantom-Kontos geändert: Es ist jetzt ${roleNames.de[role]}. Alle Sitzungen und API-Schlüssel wurden beendet; melden Sie sich neu an.`,
        say.facts({ time }, [['Grund', plainReason(reason)]]),
      ],
      notMe:
        'Wenn Sie das nicht erwartet haben, schreiben Sie von dieser Adresse aus an unseren Support.',
    }),
    fr: ({ role, reason, time }, say) => ({
      subject: 'Votre compte a un autre rôle',
      preheader: 'Notre équipe l’a modifié.',
      blocks: [
        `Notre équipe a modifié le rôle de votre compte Phantom : c’est désormais ${roleNames.fr[role]}. Toutes les sessions et clés API ont pris fin ; reconnectez-vous pour continuer.`,
        say.facts({ time }, [['Motif', plainReason(reason)]]),
      ],
      notMe: 'Si vous ne vous y attendiez pas, écrivez à notre assistance depuis cette adresse.',
    }),
  },
)
