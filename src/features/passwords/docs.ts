import { paragraph } from '../../platform/http/facets'

export const passwordDocs = {
  askForReset: paragraph(
    'Answers the same for every address; the link goes to the address of the account, if there is',
    'one. Nothing changes until it is used, and a newer link kills the one before. Where no',
    'password would help, the mail says what does: an account that is closing, is disabled, or',
    'waits to be confirmed or accepted.',
  ),
  confirmReset: paragraph(
    'Works once. Ends all sessions, locks and counts of failures, and opens no session. A refused',
    'password or code leaves the link good; the fifth wrong code ends it.',
  ),
  change: paragraph(
    'Asks for the old one too; wrong ones count with those of logins. Ends all other sessions and',
    'open links.',
  ),
}
