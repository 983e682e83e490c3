import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner whose second factors were removed, as announced a day before. */
export const factorsRemoved = mail({
  name: 'factors_removed',
  urgency: 'security',
  causedBy: 'service',
  data: z.object({ time: occasion.time }),
  en: ({ time }, say) => ({
    subject: 'Your authenticator apps were removed',
    preheader: 'As we announced yesterday.',
    blocks: [
      'As announced, the authenticator apps and backup codes of your Phantom account were ' +
        'removed and all sessions were ended. When you sign in, we mail you a code again.',
      'Sign in and add an authenticator app: without one your account is less protected.',
      say.facts({ time }),
    ],
    notMe: 'If you did not expect this, reset your password at once.',
  }),
  de: ({ time }, say) => ({
    subject: 'Ihre Authentifizierungs-Apps wurden entfernt',
    preheader: 'Wie gestern angekündigt.',
    blocks: [
      'Wie angekündigt wurden die Authentifizierungs-Apps und Backup-Codes Ihres ' +
        'Phantom-Kontos entfernt und alle Sitzungen beendet. Bei der Anmeldung senden wir Ihnen ' +
        'wieder einen Code per E-Mail.',
      'Melden Sie sich an und fügen Sie eine Authentifizierungs-App hinzu: Ohne sie ist Ihr ' +
        'Konto schlechter geschützt.',
      say.facts({ time }),
    ],
    notMe: 'Wenn Sie das nicht erwartet haben, setzen Sie sofort Ihr Passwort zurück.',
  }),
  fr: ({ time }, say) => ({
    subject: 'Vos applications ont été retirées',
    preheader: 'Comme annoncé hier.',
    blocks: [
      'Comme annoncé, les applications d’authentification et les codes de secours de votre ' +
        'compte Phantom ont été retirés et toutes les sessions ont pris fin. À la connexion, ' +
        'nous vous enverrons de nouveau un code par courriel.',
      'Connectez-vous et ajoutez une application d’authentification : sans elle, votre compte ' +
        'est moins bien protégé.',
      say.facts({ time }),
    ],
    notMe: 'Si vous ne vous y attendiez pas, réinitialisez votre mot de passe sans attendre.',
  }),
})
