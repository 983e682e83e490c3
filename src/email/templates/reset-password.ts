import { template } from '../template'

/** To the owner when somebody has forgotten the password: the link that sets a new one. */
export const resetPassword = template(
  'reset_password',
  { urgency: 'security', isOpenToStrangers: true },
  {
    en: ({ link, validMinutes, ...where }, say) => ({
      subject: 'Set a new password',
      preheader: 'Nobody has changed anything yet.',
      blocks: [
        'Somebody, we hope you, has asked for a new password for your Phantom account. Nobody has changed anything yet.',
        { kind: 'button', label: 'Set a new password', link },
        `The link works once, for ${say.minutes(validMinutes)}. Your old password works until you have set a new one.`,
        say.facts(where),
      ],
      notMe: 'If this was not you, do nothing: without this link nobody can set a new password.',
    }),
  },
)
