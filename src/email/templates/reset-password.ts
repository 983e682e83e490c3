import { template } from '../template'

/**
 * To the owner when somebody has forgotten the password: the link that sets a new one. Where an admin was
 * it, their address is not told.
 */
export const resetPassword = template(
  'reset_password',
  { urgency: 'security', causedBy: 'stranger', kind: 'reset' },
  {
    en: ({ link, validMinutes, requestedBy, ...where }, say) => ({
      subject: 'Set a new password',
      preheader: 'Nobody has changed anything yet.',
      blocks: [
        requestedBy === 'admin'
          ? 'Our team sends you this link, so that you can set a new password for your Phantom account. Nobody has changed anything yet.'
          : 'Somebody, we hope you, has asked for a new password for your Phantom account. Nobody has changed anything yet.',
        { kind: 'button', label: 'Set a new password', link },
        `The link works once, for ${say.minutes(validMinutes)}. Your old password works until you have set a new one.`,
        say.facts(requestedBy === 'admin' ? { time: where.time } : where),
      ],
      notMe: 'If this was not you, do nothing: without this link nobody can set a new password.',
    }),
    de: ({ link, validMinutes, requestedBy, ...where }, say) => ({
      subject: 'Neues Passwort festlegen',
      preheader: 'Bisher hat niemand etwas geändert.',
      blocks: [
        requestedBy === 'admin'
          ? 'Unser Team sendet Ihnen diesen Link, damit Sie für Ihr Phantom-Konto ein neues Passwort festlegen können. Bisher hat niemand etwas geändert.'
          : 'Jemand, hoffentlich Sie selbst, hat für Ihr Phantom-Konto ein neues Passwort angefordert. Bisher hat niemand etwas geändert.',
        { kind: 'button', label: 'Neues Passwort festlegen', link },
        `Der Link gilt einmal und ${say.minutes(validMinutes)} lang. Ihr altes Passwort gilt, bis Sie ein neues festgelegt haben.`,
        say.facts(requestedBy === 'admin' ? { time: where.time } : where),
      ],
      notMe:
        'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne diesen Link kann niemand ein neues Passwort festlegen.',
    }),
    fr: ({ link, validMinutes, requestedBy, ...where }, say) => ({
      subject: 'Choisissez un nouveau mot de passe',
      preheader: 'Rien n’a encore été modifié.',
      blocks: [
        requestedBy === 'admin'
          ? 'Notre équipe vous envoie ce lien pour que vous puissiez choisir un nouveau mot de passe pour votre compte Phantom. Rien n’a encore été modifié.'
          : 'Quelqu’un (vous-même, nous l’espérons) a demandé un nouveau mot de passe pour votre compte Phantom. Rien n’a encore été modifié.',
        { kind: 'button', label: 'Choisir un mot de passe', link },
        `Le lien est valable une seule fois, pendant ${say.minutes(validMinutes)}. Votre ancien mot de passe reste valable tant que vous n’en avez pas choisi un nouveau.`,
        say.facts(requestedBy === 'admin' ? { time: where.time } : where),
      ],
      notMe:
        'Si ce n’était pas vous, vous n’avez rien à faire : sans ce lien, personne ne peut choisir un nouveau mot de passe.',
    }),
  },
)
