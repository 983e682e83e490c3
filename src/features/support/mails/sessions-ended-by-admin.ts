import * as z from 'zod'
import { byAdmin } from '../../../platform/email/mail-fields'
import { plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an admin has ended all sessions. */
export const sessionsEndedByAdmin = mail({
  name: 'sessions_ended_by_admin',
  urgency: 'security',
  causedBy: 'service',
  data: z.object(byAdmin),
  en: ({ reason, time }, say) => ({
    subject: 'You were signed out everywhere',
    preheader: 'Our team has ended all your sessions.',
    blocks: [
      'Our team has ended all sessions of your Phantom account, on all devices. You can sign ' +
        'in again at once; nothing else was changed.',
      say.facts({ time }, [['Reason', plainReason(reason)]]),
    ],
    notMe:
      'If you did not expect this, somebody may have had access to your account: reset your ' +
      'password.',
  }),
  de: ({ reason, time }, say) => ({
    subject: 'Sie wurden überall abgemeldet',
    preheader: 'Unser Team hat alle Sitzungen beendet.',
    blocks: [
      'Unser Team hat alle Sitzungen Ihres Phantom-Kontos auf allen Geräten beendet. Sie ' +
        'können sich sofort wieder anmelden; sonst wurde nichts geändert.',
      say.facts({ time }, [['Grund', plainReason(reason)]]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, hatte vielleicht jemand Zugang zu Ihrem Konto: ' +
      'Setzen Sie Ihr Passwort zurück.',
  }),
  fr: ({ reason, time }, say) => ({
    subject: 'Vous avez été déconnecté partout',
    preheader: 'Notre équipe a mis fin à toutes vos sessions.',
    blocks: [
      'Notre équipe a mis fin à toutes les sessions de votre compte Phantom, sur tous les ' +
        'appareils. Vous pouvez vous reconnecter aussitôt ; rien d’autre n’a été modifié.',
      say.facts({ time }, [['Motif', plainReason(reason)]]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, quelqu’un a peut-être eu accès à votre compte : ' +
      'réinitialisez votre mot de passe.',
  }),
})
