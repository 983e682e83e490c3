import * as z from 'zod'
import { byAdmin } from '../../../platform/email/mail-fields'
import { plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an admin lets the account work again. */
export const accountEnabled = mail({
  name: 'account_enabled',
  urgency: 'security',
  causedBy: 'service',
  data: z.object(byAdmin),
  en: ({ reason, time }, say) => ({
    subject: 'Your account works again',
    preheader: 'You can sign in.',
    blocks: [
      'Our team has enabled your Phantom account again. You can sign in as before; all ' +
        'earlier sessions stay ended.',
      say.facts({ time }, [['Reason', plainReason(reason)]]),
    ],
    notMe: 'If you did not expect this, sign in and look at what has happened in your account.',
  }),
  de: ({ reason, time }, say) => ({
    subject: 'Ihr Konto ist wieder aktiv',
    preheader: 'Sie können sich anmelden.',
    blocks: [
      'Unser Team hat Ihr Phantom-Konto wieder aktiviert. Sie können sich wie zuvor anmelden; ' +
        'frühere Sitzungen bleiben beendet.',
      say.facts({ time }, [['Grund', plainReason(reason)]]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, melden Sie sich an und sehen Sie nach, was in Ihrem ' +
      'Konto geschehen ist.',
  }),
  fr: ({ reason, time }, say) => ({
    subject: 'Votre compte est de nouveau actif',
    preheader: 'Vous pouvez vous connecter.',
    blocks: [
      'Notre équipe a réactivé votre compte Phantom. Vous pouvez vous connecter comme avant ; ' +
        'les sessions antérieures restent closes.',
      say.facts({ time }, [['Motif', plainReason(reason)]]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, connectez-vous et vérifiez ce qui s’est passé dans ' +
      'votre compte.',
  }),
})
