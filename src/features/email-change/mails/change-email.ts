import * as z from 'zod'
import { link } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the new address of an account, which is not the account's before its owner confirms it. */
export const changeEmail = mail({
  name: 'change_email',
  urgency: 'notice',
  causedBy: 'stranger',
  confirmsAddress: true,
  data: z.object({ link, validHours: z.number() }),
  en: ({ link, validHours }, say) => ({
    subject: 'Confirm your new e-mail address',
    preheader: 'Until then the account keeps its old address.',
    blocks: [
      'Somebody, we hope you, wants to use this address for a Phantom account. Confirm that ' +
        'the address is yours.',
      { kind: 'button', label: 'Confirm new address', link },
      `The link works once, for ${say.hours(validHours)}. Until you have used it, the account ` +
        'keeps its old address.',
    ],
    notMe: 'If this was not you, do nothing: without your confirmation this address is not used.',
  }),
  de: ({ link, validHours }, say) => ({
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    preheader: 'Bis dahin behält das Konto seine bisherige Adresse.',
    blocks: [
      'Jemand, hoffentlich Sie selbst, möchte diese Adresse für ein Phantom-Konto verwenden. ' +
        'Bestätigen Sie, dass sie Ihnen gehört.',
      { kind: 'button', label: 'Neue Adresse bestätigen', link },
      `Der Link gilt einmal und ${say.hours(validHours)} lang. Bis Sie ihn nutzen, behält das ` +
        'Konto seine bisherige Adresse.',
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung wird diese ' +
      'Adresse nicht verwendet.',
  }),
  fr: ({ link, validHours }, say) => ({
    subject: 'Confirmez votre nouvelle adresse électronique',
    preheader: 'D’ici là, le compte garde son ancienne adresse.',
    blocks: [
      'Quelqu’un (vous-même, nous l’espérons) souhaite utiliser cette adresse pour un compte ' +
        'Phantom. Confirmez qu’elle vous appartient.',
      { kind: 'button', label: 'Confirmer la nouvelle adresse', link },
      `Le lien est valable une seule fois, pendant ${say.hours(validHours)}. Tant que vous ne ` +
        'l’avez pas utilisé, le compte garde son ancienne adresse.',
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : sans votre confirmation, cette ' +
      'adresse ne sera pas utilisée.',
  }),
})
