import * as z from 'zod'
import { byAdmin, link, occasion } from '../../../platform/email/mail-fields'
import { plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when an admin will remove the second factors in a day; the link stops it. */
export const factorRemovalScheduled = mail({
  name: 'factor_removal_scheduled',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({ link, dueAt: occasion.time, ...byAdmin }),
  en: ({ link, dueAt, reason, time }, say) => ({
    subject: 'Your authenticator apps will be removed',
    preheader: `You can stop it until ${say.date(dueAt)}.`,
    blocks: [
      'Our team was told that you have lost your authenticator app and backup codes. On ' +
        `${say.date(dueAt)} they will be removed from your Phantom account; then the password ` +
        'and a mailed code are enough to sign in.',
      'If you still have them, or have not asked for this, stop it:',
      { kind: 'button', label: 'Stop the removal', link },
      say.facts({ time }, [['Reason', plainReason(reason)]]),
    ],
    notMe:
      'If you did not expect this, choose “Stop the removal” and then reset your password, ' +
      'for somebody is trying to get into your account.',
  }),
  de: ({ link, dueAt, reason, time }, say) => ({
    subject: 'Ihre Authentifizierungs-Apps werden entfernt',
    preheader: `Sie können es bis zum ${say.date(dueAt)} verhindern.`,
    blocks: [
      'Unserem Team wurde gemeldet, dass Sie Ihre Authentifizierungs-App und Ihre ' +
        `Backup-Codes verloren haben. Am ${say.date(dueAt)} werden sie aus Ihrem Phantom-Konto ` +
        'entfernt; dann genügen zur Anmeldung das Passwort und ein Code per E-Mail.',
      'Falls Sie sie noch haben oder das nicht beantragt haben, verhindern Sie es:',
      { kind: 'button', label: 'Entfernen verhindern', link },
      say.facts({ time }, [['Grund', plainReason(reason)]]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, wählen Sie „Entfernen verhindern“ und setzen Sie ' +
      'danach Ihr Passwort zurück, denn jemand versucht, in Ihr Konto zu gelangen.',
  }),
  fr: ({ link, dueAt, reason, time }, say) => ({
    subject: 'Vos applications vont être retirées',
    preheader: `Vous pouvez l’empêcher jusqu’au ${say.date(dueAt)}.`,
    blocks: [
      'On a signalé à notre équipe que vous avez perdu votre application d’authentification ' +
        `et vos codes de secours. Le ${say.date(dueAt)}, ils seront retirés de votre compte ` +
        'Phantom ; le mot de passe et un code reçu par courriel suffiront alors pour se ' +
        'connecter.',
      'Si vous les avez encore, ou si vous n’avez rien demandé, empêchez-le :',
      { kind: 'button', label: 'Empêcher le retrait', link },
      say.facts({ time }, [['Motif', plainReason(reason)]]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, choisissez « Empêcher le retrait », puis ' +
      'réinitialisez votre mot de passe, car quelqu’un tente d’accéder à votre compte.',
  }),
})
