import { paragraph } from '../../platform/http/facets'

export const loginDocs = {
  login: paragraph(
    'Answers with a challenge, never with a session. Without an authenticator app a code goes out',
    'by mail. Unknown, wrong, locked and disabled look alike until the password was right; a',
    'sign-up that waits for its confirmation looks like an unknown name even then, and its mailbox',
    'gets the link again.',
  ),
  codeDelivery: paragraph(
    'Where a code was mailed. `delayed`: mail is scarce or stopped for everyone, and the code may',
    'come late or not at all',
  ),
  verify: paragraph(
    'Opens the session in the transport that the first step asked for: tokens in the body, or',
    'cookies and nothing else. `device_token` goes with the next login.',
  ),
  stepUp: paragraph(
    'Where an act answers `insufficient_user_authentication` (RFC 9470). The challenge is good for',
    'this session and opens no other; without an authenticator app a code goes out by mail. Wrong',
    'passwords count with those of logins.',
  ),
  verifyStepUp: paragraph(
    'Good for one sensitive act in the next ten minutes. The tokens or the cookie of the session',
    'are replaced; those before are dead.',
  ),
}
