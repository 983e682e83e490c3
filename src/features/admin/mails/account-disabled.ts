import * as z from 'zod'
import { byAdmin } from '../../../platform/email/mail-fields'
import { plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an admin has disabled the account. */
export const accountDisabled = mail({
  name: 'account_disabled',
  urgency: 'security',
  causedBy: 'service',
  data: z.object(byAdmin),
  en: ({ reason, time }, say) => ({
    subject: 'Your account was disabled',
    preheader: 'Nobody can sign in to it.',
    blocks: [
      'Our team has disabled your Phantom account. All sessions were ended, and nobody can ' +
        'sign in to it.',
      say.facts({ time }, [['Reason', plainReason(reason)]]),
    ],
    notMe: 'If you did not expect this, write to our support from this address.',
  }),
  de: ({ reason, time }, say) => ({
    subject: 'Ihr Konto wurde deaktiviert',
    preheader: 'Niemand kann sich anmelden.',
    blocks: [
      'Unser Team hat Ihr Phantom-Konto deaktiviert. Alle Sitzungen wurden beendet, und ' +
        'niemand kann sich anmelden.',
      say.facts({ time }, [['Grund', plainReason(reason)]]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, schreiben Sie von dieser Adresse aus an unseren Support.',
  }),
  fr: ({ reason, time }, say) => ({
    subject: 'Votre compte a été désactivé',
    preheader: 'Personne ne peut s’y connecter.',
    blocks: [
      'Notre équipe a désactivé votre compte Phantom. Toutes les sessions ont pris fin et ' +
        'personne ne peut s’y connecter.',
      say.facts({ time }, [['Motif', plainReason(reason)]]),
    ],
    notMe: 'Si vous ne vous y attendiez pas, écrivez à notre assistance depuis cette adresse.',
  }),
})
