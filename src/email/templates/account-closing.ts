import { template } from '../template'

/** To the owner of an account that will be erased; the link keeps it. */
export const accountClosing = template(
  'account_closing',
  { urgency: 'security', isOpenToStrangers: false },
  {
    en: ({ link, dueAt, ...where }, say) => ({
      subject: 'Your account will be erased',
      preheader: `You can keep it until ${say.date(dueAt)}.`,
      blocks: [
        `Your account was closed, and all sessions were ended. On ${say.date(dueAt)} it will be erased, with everything personal in it, and cannot be brought back.`,
        'Should you change your mind, you can keep it until then:',
        { kind: 'button', label: 'Keep my account', link },
        say.facts(where),
      ],
      notMe: 'If this was not you, choose “Keep my account” and then reset your password.',
    }),
  },
)
