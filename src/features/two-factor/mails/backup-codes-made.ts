import * as z from 'zod'
import { link, where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/**
 * To the owner when backup codes were made, which ended older ones; the link ends the new ones and
 * freezes the account.
 */
export const backupCodesMade = mail({
  name: 'backup_codes_made',
  urgency: 'security',
  causedBy: 'owner',
  outlivesLink: true,
  data: z.object({ link, count: z.number(), ...where }),
  en: ({ link, count, ...where }, say) => ({
    subject: 'New backup codes were made',
    preheader: 'All older ones no longer work.',
    blocks: [
      `New backup codes were made for your account, ${count} in all. All older ones no longer ` +
        'work.',
      'Each of them works once. Keep them where only you can read them.',
      say.facts(where),
      { kind: 'button', label: 'This was not me', link },
    ],
    notMe:
      'If this was not you, choose “This was not me” within three days: that ends all ' +
      'sessions, kills these codes and freezes the account until you reset the password.',
  }),
  de: ({ link, count, ...where }, say) => ({
    subject: 'Neue Ersatzcodes wurden erstellt',
    preheader: 'Alle älteren gelten nicht mehr.',
    blocks: [
      `Für Ihr Konto wurden neue Ersatzcodes erstellt, insgesamt ${count}. Alle älteren ` +
        'gelten nicht mehr.',
      'Jeder davon gilt einmal. Bewahren Sie sie so auf, dass nur Sie sie lesen können.',
      say.facts(where),
      { kind: 'button', label: 'Das war ich nicht', link },
    ],
    notMe:
      'Wenn Sie das nicht waren, wählen Sie innerhalb von drei Tagen „Das war ich nicht“: ' +
      'Damit enden alle Sitzungen, diese Codes gelten nicht mehr, und das Konto ist gesperrt, ' +
      'bis Sie das Passwort zurücksetzen.',
  }),
  fr: ({ link, count, ...where }, say) => ({
    subject: 'De nouveaux codes de secours ont été créés',
    preheader: 'Les anciens ne sont plus valables.',
    blocks: [
      `De nouveaux codes de secours ont été créés pour votre compte, ${count} au total. Les ` +
        'anciens ne sont plus valables.',
      'Chacun est valable une seule fois. Conservez-les à l’abri des regards.',
      say.facts(where),
      { kind: 'button', label: 'Ce n’était pas moi', link },
    ],
    notMe:
      'Si ce n’était pas vous, choisissez « Ce n’était pas moi » dans les trois jours : ' +
      'toutes les sessions prennent fin, ces codes ne valent plus rien et le compte est gelé ' +
      'jusqu’à ce que vous réinitialisiez le mot de passe.',
  }),
})
