import * as z from 'zod'
import { roles } from '../../../platform/db/schema'
import { link, occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner of an invited address that was used again: the invitation, until it ends. */
export const invitationReminder = mail({
  name: 'invitation_reminder',
  urgency: 'notice',
  causedBy: 'stranger',
  data: z.object({ link, role: z.enum(roles), expiresAt: occasion.time, ...occasion }),
  en: ({ link, role, expiresAt, ...where }, say) => ({
    subject: 'Your invitation to Phantom is waiting',
    preheader: 'Choose a password, and the account is yours.',
    blocks: [
      'This address was just used at Phantom, perhaps by you. Our team has already made ' +
        `${say.role(role)} for it: you need not sign up. Choose a password, and it is yours.`,
      { kind: 'button', label: 'Accept the invitation', link },
      `You can accept it once, until ${say.date(expiresAt)}, with this link or with the one ` +
        'in our first mail.',
      say.facts(where),
    ],
    notMe: 'If this was not you, do nothing: without this link nobody can use the account.',
  }),
  de: ({ link, role, expiresAt, ...where }, say) => ({
    subject: 'Ihre Einladung zu Phantom wartet',
    preheader: 'Wählen Sie ein Passwort, dann gehört das Konto Ihnen.',
    blocks: [
      'Diese Adresse wurde gerade bei Phantom verwendet, vielleicht von Ihnen. Unser Team hat ' +
        `dafür schon ${say.role(role)} angelegt: Sie müssen sich nicht registrieren. Wählen Sie ` +
        'ein Passwort, dann gehört es Ihnen.',
      { kind: 'button', label: 'Einladung annehmen', link },
      `Sie können sie einmal annehmen, bis zum ${say.date(expiresAt)}, mit diesem Link oder ` +
        'mit dem aus unserer ersten E-Mail.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne diesen Link kann niemand ' +
      'das Konto verwenden.',
  }),
  fr: ({ link, role, expiresAt, ...where }, say) => ({
    subject: 'Votre invitation chez Phantom vous attend',
    preheader: 'Choisissez un mot de passe et le compte est à vous.',
    blocks: [
      'Cette adresse vient d’être utilisée chez Phantom, peut-être par vous. Notre équipe a ' +
        `déjà créé ${say.role(role)} pour elle : inutile de vous inscrire. Choisissez un mot de ` +
        'passe et il est à vous.',
      { kind: 'button', label: 'Accepter l’invitation', link },
      `Vous pouvez l’accepter une seule fois, jusqu’au ${say.date(expiresAt)}, avec ce lien ` +
        'ou avec celui de notre premier message.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : sans ce lien, personne ne peut ' +
      'utiliser le compte.',
  }),
})
