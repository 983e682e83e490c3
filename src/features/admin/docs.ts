import { paragraph } from '../../platform/http/facets'

export const adminDocs = {
  list: paragraph(
    'All that is given must hold. A page looks at 2,000 accounts at most, so it may show few or',
    'none: only where `next` is `null` is it the last. `next` is opaque.',
  ),
  changeRole: paragraph(
    'Ends all sessions and API keys of the account. To make an admin takes two: the answer is 202,',
    'and another admin approves within a day. To take the role away takes two or a day in which it',
    'can be stopped: the answer is 202 as well.',
  ),
  disable: paragraph(
    'Ends its sessions at once, an invitation to it that was not accepted, and those that it has',
    'sent as an admin. An admin’s waits for another admin to approve it, or for a day in which it',
    'can be stopped: the answer is 202.',
  ),
  enable: paragraph(
    'One that was an admin’s comes back as a customer’s. What its owner has frozen stays frozen,',
    'and one whose address is an intruder’s is not enabled.',
  ),
  removeFactors: paragraph(
    'The owner is mailed a link that stops it. Then apps and backup codes go and all sessions end.',
  ),
}
