import * as z from 'zod'
import { roles } from '../../../platform/db/schema'
import { byAdmin } from '../../../platform/email/mail-fields'
import { plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an admin has given the account another role. */
export const roleChanged = mail({
  name: 'role_changed',
  urgency: 'security',
  causedBy: 'service',
  data: z.object({ role: z.enum(roles), ...byAdmin }),
  en: ({ role, reason, time }, say) => ({
    subject: 'Your account has another role',
    preheader: 'Our team has changed it.',
    blocks: [
      `Our team has changed the role of your Phantom account: it is ${say.role(role)} now. ` +
        'All its sessions and API keys were ended; sign in again to go on.',
      say.facts({ time }, [['Reason', plainReason(reason)]]),
    ],
    notMe: 'If you did not expect this, write to our support from this address.',
  }),
  de: ({ role, reason, time }, say) => ({
    subject: 'Ihr Konto hat eine andere Rolle',
    preheader: 'Unser Team hat sie geändert.',
    blocks: [
      'Unser Team hat die Rolle Ihres Phantom-Kontos geändert: Es ist jetzt ' +
        `${say.role(role)}. Alle Sitzungen und API-Schlüssel wurden beendet; melden Sie sich ` +
        'neu an.',
      say.facts({ time }, [['Grund', plainReason(reason)]]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, schreiben Sie von dieser Adresse aus an unseren Support.',
  }),
  fr: ({ role, reason, time }, say) => ({
    subject: 'Votre compte a un autre rôle',
    preheader: 'Notre équipe l’a modifié.',
    blocks: [
      'Notre équipe a modifié le rôle de votre compte Phantom : c’est désormais ' +
        `${say.role(role)}. Toutes les sessions et clés API ont pris fin ; reconnectez-vous ` +
        'pour continuer.',
      say.facts({ time }, [['Motif', plainReason(reason)]]),
    ],
    notMe: 'Si vous ne vous y attendiez pas, écrivez à notre assistance depuis cette adresse.',
  }),
})
