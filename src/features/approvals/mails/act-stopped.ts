import * as z from 'zod'
import { actKinds } from '../../../platform/db/admin-schema'
import { occasion } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To those who were told of an act that waits, but for the one who has stopped it. */
export const actStopped = mail({
  name: 'act_stopped',
  urgency: 'security',
  causedBy: 'service',
  data: z.object({
    what: z.enum(actKinds),
    address: z.string(),
    stoppedBy: z.string().nullable(),
    time: occasion.time,
  }),
  en: ({ what, address, stoppedBy, time }, say) => ({
    subject: `Stopped: ${WHAT.en[what]}`,
    preheader: 'Nothing has changed.',
    blocks: [
      `It was stopped before its day: ${WHAT.en[what]}. Nothing has changed, and nothing more ` +
        'will come of it.',
      'If it is still wanted, speak with the person who stopped it, and then ask for it again.',
      say.facts({ time }, [
        ['Account', plainName(address)],
        ...(stoppedBy === null ? [] : [['Stopped by', plainName(stoppedBy)] as const]),
      ]),
    ],
    notMe:
      'If you did not expect this, it may have been asked for in your name: reset your ' +
      'password and end your other sessions.',
  }),
  de: ({ what, address, stoppedBy, time }, say) => ({
    subject: `Verhindert: ${WHAT.de[what]}`,
    preheader: 'Es hat sich nichts geändert.',
    blocks: [
      `Es wurde rechtzeitig verhindert: ${WHAT.de[what]}. Geändert hat sich nichts, und es ` +
        'geschieht auch nichts mehr.',
      'Wenn es weiterhin gewollt ist, sprechen Sie mit der Person, die es verhindert hat, und ' +
        'beantragen Sie es danach neu.',
      say.facts({ time }, [
        ['Konto', plainName(address)],
        ...(stoppedBy === null ? [] : [['Verhindert von', plainName(stoppedBy)] as const]),
      ]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, wurde es vielleicht in Ihrem Namen beantragt: ' +
      'Setzen Sie Ihr Passwort zurück und beenden Sie Ihre anderen Sitzungen.',
  }),
  fr: ({ what, address, stoppedBy, time }, say) => ({
    subject: `Arrêté : ${WHAT.fr[what]}`,
    preheader: 'Rien n’a changé.',
    blocks: [
      `La demande a été arrêtée à temps : ${WHAT.fr[what]}. Rien n’a changé, et il n’y aura ` +
        'pas de suite.',
      'Si elle reste voulue, parlez-en à la personne qui l’a arrêtée, puis faites-la de nouveau.',
      say.facts({ time }, [
        ['Compte', plainName(address)],
        ...(stoppedBy === null ? [] : [['Arrêté par', plainName(stoppedBy)] as const]),
      ]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, la demande a peut-être été faite en votre nom : ' +
      'réinitialisez votre mot de passe et mettez fin à vos autres sessions.',
  }),
})

const WHAT = {
  en: {
    grant_admin: 'a new admin',
    invite_admin: 'the invitation of an admin',
    demote_admin: 'another role for an admin',
    disable_admin: 'the disabling of an admin',
    remove_factors: 'the removal of authenticator apps',
  },
  de: {
    grant_admin: 'ein neuer Admin',
    invite_admin: 'die Einladung eines Admins',
    demote_admin: 'eine andere Rolle für einen Admin',
    disable_admin: 'die Deaktivierung eines Admins',
    remove_factors: 'die Entfernung von Authentifizierungs-Apps',
  },
  fr: {
    grant_admin: 'un nouvel administrateur',
    invite_admin: 'l’invitation d’un administrateur',
    demote_admin: 'un autre rôle pour un administrateur',
    disable_admin: 'la désactivation d’un administrateur',
    remove_factors: 'le retrait d’applications d’authentification',
  },
} as const
