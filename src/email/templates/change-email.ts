import { template } from '../template'

/** To the new address of an account, which is not the account's before its owner confirms it. */
export const changeEmail = template(
  'change_email',
  { urgency: 'notice', isOpenToStrangers: true },
  {
    en: ({ link, validHours }, say) => ({
      subject: 'Confirm your new e-mail address',
      preheader: 'Until then the account keeps its old address.',
      blocks: [
        'Somebody, we hope you, wants to use this address for a Phantom account. Confirm that the address is yours.',
        { kind: 'button', label: 'Confirm new address', link },
        `The link works once, for ${say.hours(validHours)}. Until you have used it, the account keeps its old address.`,
      ],
      notMe: 'If this was not you, do nothing: without your confirmation this address is not used.',
    }),
  },
)
