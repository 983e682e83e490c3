import { template } from '../template'

/** To a second address that is to get the notices about an account, once its owner confirms it. */
export const notificationEmail = template(
  'notification_email',
  { urgency: 'notice', isOpenToStrangers: true },
  {
    en: ({ link, validHours }, say) => ({
      subject: 'Confirm this address for notices',
      preheader: 'Notices about an account are to come here as well.',
      blocks: [
        'Somebody, we hope you, wants to have notices about the security of a Phantom account sent to this address as well. Confirm that the address is yours.',
        { kind: 'button', label: 'Receive notices here', link },
        `The link works once, for ${say.hours(validHours)}.`,
      ],
      notMe:
        'If this was not you, do nothing: without your confirmation no notices are sent to this address.',
    }),
  },
)
