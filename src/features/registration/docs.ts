import { paragraph } from '../../platform/http/facets'

export const registrationDocs = {
  create: paragraph(
    'Answers the same for every address; what happened is told by mail. Where there is an account',
    'or an invitation already, nothing is changed, and the mail says how to go on with that.',
    'Sign-ups with one address wait side by side; the first whose link is used makes the account',
    'and ends the others. In the session of an admin it takes `email`, `role` and `locale` alone',
    'and mails an invitation, whose owner sets the password. The invitation of an admin waits for',
    'the approval of another admin. A sole admin who has had colleagues has none to approve it: it',
    'waits seven days, in which all former admins can stop it, or goes out at once with',
    '`bootstrap_token`.',
  ),
  verifyEmail: paragraph(
    'Makes the account of the sign-up that the link was mailed for, and of no other with the same',
    'address. Works once. Opens no session; the browser gets a device cookie.',
  ),
  resend: paragraph(
    'Answers the same for every address, whose mailbox alone is told how to go on: a sign-up that',
    'waits gets another link beside the one before (of several the latest from this network, else',
    'the latest), an account or an invitation what leads into that.',
  ),
}
