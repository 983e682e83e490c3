import * as z from 'zod'
import { link, occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/**
 * To the owner who has forgotten the password: the link that sets a new one. Where an admin asked
 * for it, the mail does not tell the admin's address.
 */
export const resetPassword = mail({
  name: 'reset_password',
  urgency: 'security',
  causedBy: 'stranger',
  kind: 'reset',
  data: z.object({
    link,
    validMinutes: z.number(),
    requestedBy: z.enum(['owner', 'admin']).default('owner'),
    isFrozen: z.boolean().default(false),
    ...occasion,
  }),
  en: ({ link, validMinutes, requestedBy, isFrozen, ...where }, say) => ({
    subject: 'Set a new password',
    preheader: isFrozen ? 'Then you can sign in again.' : 'Nobody has changed anything yet.',
    blocks: [
      isFrozen
        ? 'Your Phantom account is frozen, because we were told that a change was not yours. ' +
          'Nobody can sign in until you set a new password.'
        : requestedBy === 'admin'
          ? 'Our team sends you this link, so that you can set a new password for your Phantom ' +
            'account. Nobody has changed anything yet.'
          : 'Somebody, we hope you, has asked for a new password for your Phantom account. ' +
            'Nobody has changed anything yet.',
      { kind: 'button', label: 'Set a new password', link },
      `The link works once, for ${say.minutes(validMinutes)}. ` +
        (isFrozen
          ? 'With the new password you can sign in again.'
          : 'Your old password works until you have set a new one.'),
      say.facts(requestedBy === 'admin' ? { time: where.time } : where),
    ],
    notMe: 'If this was not you, do nothing: without this link nobody can set a new password.',
  }),
  de: ({ link, validMinutes, requestedBy, isFrozen, ...where }, say) => ({
    subject: 'Neues Passwort festlegen',
    preheader: isFrozen
      ? 'Danach können Sie sich wieder anmelden.'
      : 'Bisher hat niemand etwas geändert.',
    blocks: [
      isFrozen
        ? 'Ihr Phantom-Konto ist eingefroren, weil uns eine Änderung gemeldet wurde, die nicht ' +
          'von Ihnen kam. Niemand kann sich anmelden, bis Sie ein neues Passwort festlegen.'
        : requestedBy === 'admin'
          ? 'Unser Team sendet Ihnen diesen Link, damit Sie für Ihr Phantom-Konto ein neues ' +
            'Passwort festlegen können. Bisher hat niemand etwas geändert.'
          : 'Jemand, hoffentlich Sie selbst, hat für Ihr Phantom-Konto ein neues Passwort ' +
            'angefordert. Bisher hat niemand etwas geändert.',
      { kind: 'button', label: 'Neues Passwort festlegen', link },
      `Der Link gilt einmal und ${say.minutes(validMinutes)} lang. ` +
        (isFrozen
          ? 'Mit dem neuen Passwort können Sie sich wieder anmelden.'
          : 'Ihr altes Passwort gilt, bis Sie ein neues festgelegt haben.'),
      say.facts(requestedBy === 'admin' ? { time: where.time } : where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne diesen Link kann niemand ' +
      'ein neues Passwort festlegen.',
  }),
  fr: ({ link, validMinutes, requestedBy, isFrozen, ...where }, say) => ({
    subject: 'Choisissez un nouveau mot de passe',
    preheader: isFrozen
      ? 'Vous pourrez ensuite vous connecter de nouveau.'
      : 'Rien n’a encore été modifié.',
    blocks: [
      isFrozen
        ? 'Votre compte Phantom est gelé, car une modification qui ne venait pas de vous nous a ' +
          'été signalée. Personne ne peut se connecter tant que vous n’avez pas choisi un ' +
          'nouveau mot de passe.'
        : requestedBy === 'admin'
          ? 'Notre équipe vous envoie ce lien pour que vous puissiez choisir un nouveau mot de ' +
            'passe pour votre compte Phantom. Rien n’a encore été modifié.'
          : 'Quelqu’un (vous-même, nous l’espérons) a demandé un nouveau mot de passe pour ' +
            'votre compte Phantom. Rien n’a encore été modifié.',
      { kind: 'button', label: 'Choisir un mot de passe', link },
      `Le lien est valable une seule fois, pendant ${say.minutes(validMinutes)}. ` +
        (isFrozen
          ? 'Avec le nouveau mot de passe, vous pourrez de nouveau vous connecter.'
          : 'Votre ancien mot de passe reste valable tant que vous n’en avez pas choisi un ' +
            'nouveau.'),
      say.facts(requestedBy === 'admin' ? { time: where.time } : where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : sans ce lien, personne ne peut ' +
      'choisir un nouveau mot de passe.',
  }),
})
