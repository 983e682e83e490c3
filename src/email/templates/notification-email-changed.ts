import { plainName } from '../plain-name'
import { template } from '../template'

/** To the owner when a second address gets notices from now on, or none any more. */
export const notificationEmailChanged = template(
  'notification_email_changed',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ change, address, ...where }, say) => {
      const isAdded = change === 'added'
      return {
        subject: isAdded
          ? 'A second address gets your notices'
          : 'A second address gets no more notices',
        preheader: isAdded
          ? 'An address for notices was added.'
          : 'An address for notices was removed.',
        blocks: [
          isAdded
            ? 'Notices about the security of your account are now sent to a second address as well.'
            : 'Notices about the security of your account are no longer sent to the second address.',
          say.facts(where, [['Second address', plainName(address)]]),
        ],
        notMe:
          'If this was not you, somebody else is signed in to your account: reset your password at once, and then check where your notices go.',
      }
    },
  },
)
