import * as z from 'zod'
import { roles } from '../../../platform/db/schema'
import { link } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To somebody for whom an admin has made an account: the link sets the password. */
export const invitation = mail({
  name: 'invitation',
  urgency: 'code',
  causedBy: 'service',
  data: z.object({ link, role: z.enum(roles), validDays: z.number() }),
  en: ({ link, role, validDays }, say) => ({
    subject: 'You are invited to Phantom',
    preheader: 'Choose a password, and the account is yours.',
    blocks: [
      `Our team has made ${say.role(role)} at Phantom for this address. Choose a password, ` +
        'and it is yours.',
      { kind: 'button', label: 'Accept the invitation', link },
      `The link works once, for ${say.days(validDays)}. Nobody at Phantom knows your password ` +
        'or will ever ask for it.',
    ],
    notMe: 'If you did not expect this, do nothing: without this link nobody can use the account.',
  }),
  de: ({ link, role, validDays }, say) => ({
    subject: 'Einladung zu Phantom',
    preheader: 'Wählen Sie ein Passwort, dann gehört das Konto Ihnen.',
    blocks: [
      `Unser Team hat für diese Adresse ${say.role(role)} bei Phantom angelegt. Wählen Sie ` +
        'ein Passwort, dann gehört es Ihnen.',
      { kind: 'button', label: 'Einladung annehmen', link },
      `Der Link gilt einmal und ${say.days(validDays)} lang. Niemand bei Phantom kennt Ihr ` +
        'Passwort oder wird Sie je danach fragen.',
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, brauchen Sie nichts zu tun: Ohne diesen Link kann ' +
      'niemand das Konto verwenden.',
  }),
  fr: ({ link, role, validDays }, say) => ({
    subject: 'Vous êtes invité chez Phantom',
    preheader: 'Choisissez un mot de passe et le compte est à vous.',
    blocks: [
      `Notre équipe a créé ${say.role(role)} chez Phantom pour cette adresse. Choisissez un ` +
        'mot de passe et il est à vous.',
      { kind: 'button', label: 'Accepter l’invitation', link },
      `Le lien est valable une seule fois, pendant ${say.days(validDays)}. Personne chez ` +
        'Phantom ne connaît votre mot de passe ni ne vous le demandera.',
    ],
    notMe:
      'Si vous ne vous y attendiez pas, vous n’avez rien à faire : sans ce lien, personne ne ' +
      'peut utiliser le compte.',
  }),
})
