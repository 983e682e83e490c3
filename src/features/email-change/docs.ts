import { paragraph } from '../../platform/http/facets'

export const emailChangeDocs = {
  ask: paragraph(
    'Answers the same whether the address is taken or not. The account keeps its address until the',
    'new one is confirmed; the present one gets a link that stops it. Uses the step-up up.',
  ),
  confirm: paragraph(
    'Works once. Ends every session but the one that asked, and opens none. The old address gets a',
    'link that takes it back, good for seven days.',
  ),
  notMe: paragraph(
    'With the link of a mail about another address, a new authenticator app or new backup codes.',
    'Brings the address from before back, takes away what was added of factors in the three days',
    'before the mail or since, ends every session and freezes the account until the password is',
    'reset. Where the address belongs to another account by now, this one is disabled.',
  ),
  askForNotices: paragraph(
    'Notices go there once it is confirmed, in place of the second address before. It signs nobody',
    'in and resets nothing. Uses the step-up up.',
  ),
}
