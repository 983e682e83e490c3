import { template } from '../template'

/** To the owner when a backup code was used, with how many are left. */
export const backupCodeUsed = template(
  'backup_code_used',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ left, ...where }, say) => {
      const rest =
        left === 0
          ? 'No backup code is left.'
          : left === 1
            ? 'One backup code is left.'
            : `${left} backup codes are left.`
      return {
        subject: 'A backup code was used',
        preheader: rest,
        blocks: [
          'A backup code of your account was used. It does not work again.',
          left <= 2 ? `${rest} Make new ones now, so that you are not locked out.` : rest,
          say.facts(where),
        ],
        notMe:
          'If this was not you, somebody has your password and your backup codes: reset your password at once, and then make new backup codes.',
      }
    },
  },
)
