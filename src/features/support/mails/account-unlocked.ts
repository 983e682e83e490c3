import * as z from 'zod'
import { byAdmin } from '../../../platform/email/mail-fields'
import { plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an admin has ended the locks of the account. */
export const accountUnlocked = mail({
  name: 'account_unlocked',
  urgency: 'security',
  causedBy: 'service',
  data: z.object(byAdmin),
  en: ({ reason, time }, say) => ({
    subject: 'Your account was unlocked',
    preheader: 'You can try to sign in again.',
    blocks: [
      'There had been too many wrong tries to sign in to your Phantom account. Our team has ' +
        'ended the lock, so you can sign in again at once; nothing else was changed.',
      say.facts({ time }, [['Reason', plainReason(reason)]]),
    ],
    notMe:
      'If you did not expect this, somebody may be guessing at your password: set a new one ' +
      'that you use nowhere else.',
  }),
  de: ({ reason, time }, say) => ({
    subject: 'Ihr Konto wurde entsperrt',
    preheader: 'Sie können sich wieder anmelden.',
    blocks: [
      'Bei Ihrem Phantom-Konto gab es zu viele falsche Anmeldeversuche. Unser Team hat die ' +
        'Sperre beendet. Sie können sich sofort wieder anmelden; sonst wurde nichts geändert.',
      say.facts({ time }, [['Grund', plainReason(reason)]]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, versucht vielleicht jemand, Ihr Passwort zu ' +
      'erraten: Wählen Sie ein neues, das Sie sonst nirgends verwenden.',
  }),
  fr: ({ reason, time }, say) => ({
    subject: 'Votre compte a été déverrouillé',
    preheader: 'Vous pouvez de nouveau vous connecter.',
    blocks: [
      'Il y avait eu trop de tentatives erronées de connexion à votre compte Phantom. Notre ' +
        'équipe a levé le blocage : vous pouvez vous connecter aussitôt ; rien d’autre n’a été ' +
        'modifié.',
      say.facts({ time }, [['Motif', plainReason(reason)]]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, quelqu’un essaie peut-être de deviner votre mot de ' +
      'passe : choisissez-en un nouveau, que vous n’utilisez nulle part ailleurs.',
  }),
})
