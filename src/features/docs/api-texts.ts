import { paragraph } from '../../platform/http/facets'

/**
 * What holds for the whole API, said once: in the OpenAPI document and on the page made from it.
 */
export const conventions = [
  {
    title: 'Bodies',
    text: paragraph(
      'JSON in UTF-8, `Content-Type: application/json`, at most 16 KiB; the documents of merchants',
      'are the files themselves. Unknown fields, wrong types and names given twice are refused,',
      'with a JSON Pointer to each mistake. There are no query parameters, but where a list, an',
      'export or a proof names them.',
    ),
  },
  {
    title: 'Refusals',
    text: paragraph(
      'RFC 9457 `application/problem+json` with a stable `code`. Branch on `code`; the words may',
      'change.',
    ),
  },
  {
    title: 'Signing in',
    text: paragraph(
      'Always two steps: `login/` takes the password and answers with a challenge, `verify-2fa/`',
      'takes the challenge and a code and opens the session. Native apps and servers ask for',
      'tokens, browsers for a cookie.',
    ),
  },
  {
    title: 'Passwords',
    text: paragraph(
      'Long rather than mixed: 15 to 128 characters of any kind, unless the operator has set',
      'another minimum. What is tried first, repeats itself or is made of the owner’s names is',
      'refused with `password_rejected` and the reason.',
    ),
  },
  {
    title: 'Tokens',
    text: paragraph(
      'Send `Authorization: Bearer` with the access token. It lives five minutes; `refresh/` gives',
      'the next one, and with it the next refresh token. Other services verify access tokens with',
      'the keys at `/.well-known/jwks.json`.',
    ),
  },
  {
    title: 'Cookies',
    text: paragraph(
      'Go to our own pages only: every changing request needs `Sec-Fetch-Site: same-origin` or an',
      '`Origin` equal to ours, which browsers send by themselves.',
    ),
  },
  {
    title: 'Limits',
    text: paragraph(
      'Counted for each IPv4 address or IPv6 /64, each IPv6 /48, and each account that is signed',
      'in. `RateLimit` and `RateLimit-Policy` tell what is left; a 429 says in `Retry-After` how',
      'many seconds to wait.',
    ),
  },
  {
    title: 'Paths',
    text: paragraph(
      'Work with and without the slash at the end. Quote `X-Request-Id` when you report a fault.',
    ),
  },
] as const

export const tags = [
  { name: 'Accounts', description: 'Sign up, confirm the address, read the profile.' },
  { name: 'Login', description: 'From a password to a session, in two steps.' },
  { name: 'Step-up', description: 'Confirm a session again, for an act that asks for it.' },
  { name: 'Recovery', description: 'Set a new password; undo what somebody else did.' },
  { name: 'Second factors', description: 'Authenticator apps and backup codes.' },
  { name: 'Sessions', description: 'Keep a session, end it, verify its tokens elsewhere.' },
  { name: 'API keys', description: 'Keys for servers of merchants and of the platform.' },
  { name: 'Administration', description: 'What admins do, in sessions of two factors.' },
  { name: 'Audit log', description: 'What has happened, and proofs that nobody has changed it.' },
  { name: 'Merchants', description: 'A business applies, and shows what it says of itself.' },
  { name: 'Review of merchants', description: 'Admins decide on applications.' },
  { name: 'Service', description: 'The service about itself.' },
  { name: 'Pages', description: 'What people open in a browser, and the files of these pages.' },
] as const

/** CommonMark, as OpenAPI wants it. */
export const description = conventions
  .map(({ title, text }) => `**${title}.** ${text}`)
  .join('\n\n')
