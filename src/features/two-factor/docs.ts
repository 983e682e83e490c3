import { paragraph } from '../../platform/http/facets'

const newBackupCodes = paragraph(
  'Ten new codes, shown this once; those before are dead, and other sessions end. Each opens one',
  'session in place of a code of an app, so an account without an app has none. Uses the step-up',
  'up.',
)

export const twoFactorDocs = {
  begin: paragraph(
    'The seed is shown this once. Nothing changes until a code of it has come to `confirm/`,',
    'within ten minutes and from this session; beginning again replaces what was not confirmed.',
  ),
  confirm: paragraph(
    'From now on a mailed code is no second step of this account any more, and sessions are',
    '`aal2`. Other sessions end. An account without backup codes gets ten, shown this once. Uses',
    'the step-up up.',
  ),
  remove: paragraph(
    'With the last one the backup codes go, and the mailed code is the second step again. Other',
    'sessions end. Uses the step-up up.',
  ),
  readBackupCodes: paragraph(
    newBackupCodes,
    'By access token only: it changes something, and a cookie comes along by itself.',
  ),
  makeBackupCodes: paragraph(newBackupCodes, 'The same act, for cookies too.'),
}
