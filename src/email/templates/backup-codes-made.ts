import { template } from '../template'

/** To the owner when backup codes were made; older ones no longer work. */
export const backupCodesMade = template(
  'backup_codes_made',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ count, ...where }, say) => ({
      subject: 'New backup codes were made',
      preheader: 'All older ones no longer work.',
      blocks: [
        `New backup codes were made for your account, ${count} in all. All older ones no longer work.`,
        'Each of them works once. Keep them where only you can read them.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody else is signed in to your account: reset your password at once, and then make new backup codes.',
    }),
    de: ({ count, ...where }, say) => ({
      subject: 'Neue Ersatzcodes wurden erstellt',
      preheader: 'Alle älteren gelten nicht mehr.',
      blocks: [
        `Für Ihr Konto wurden neue Ersatzcodes erstellt, insgesamt ${count}. Alle älteren gelten nicht mehr.`,
        'Jeder davon gilt einmal. Bewahren Sie sie so auf, dass nur Sie sie lesen können.',
        say.facts(where),
      ],
      notMe:
        'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie sofort Ihr Passwort zurück und erstellen Sie dann neue Ersatzcodes.',
    }),
    fr: ({ count, ...where }, say) => ({
      subject: 'De nouveaux codes de secours ont été créés',
      preheader: 'Les anciens ne sont plus valables.',
      blocks: [
        `De nouveaux codes de secours ont été créés pour votre compte, ${count} au total. Les anciens ne sont plus valables.`,
        'Chacun est valable une seule fois. Conservez-les à l’abri des regards.',
        say.facts(where),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : réinitialisez votre mot de passe sans attendre, puis créez de nouveaux codes de secours.',
    }),
  },
)
