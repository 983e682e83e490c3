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
  },
)
