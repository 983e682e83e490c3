import * as z from 'zod'

/**
 * No `@`, so that no username is ever read as an address; ASCII only, so that no two look alike by
 * script.
 */
const USERNAME = /^[A-Za-z][A-Za-z0-9._-]{2,29}$/

// Before `reserved`, which needs it when the module loads.
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  l: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
}

/**
 * Names that would pass for the platform or its staff, or collide with mailboxes and paths we may
 * need.
 */
const reserved = new Set(
  [
    'abuse account accounts admin administrator anonymous api audit auth billing bot compliance console',
    'contact customer customers daemon ftp guest help helpdesk hostmaster info legal login logout mail',
    'mailerdaemon marketing marketplace merchant merchants me mod moderator news nobody noreply null official',
    'operator owner payment payments phantom phantomadmin phantomsecurity phantomstaff phantomsupport phantomteam',
    'postmaster privacy register root sales security securityteam self server service settings signin',
    'signup ssl staff status sudo superadmin superuser support supportteam sys sysadmin system team undefined user',
    'users verify webmaster www',
  ]
    .join(' ')
    .split(' ')
    .map(skeleton),
)

/** The key of a username, for uniqueness and login; `undefined` for a text that cannot be one. */
export const usernameKey = (text: string): string | undefined =>
  USERNAME.test(text) ? text.toLowerCase() : undefined

/**
 * A username that may be taken: 3 to 30 ASCII letters, digits, `.`, `_` and `-`, beginning with a
 * letter.
 */
export const username = z
  .string()
  .regex(USERNAME, '3 to 30 letters, digits, dots, dashes or underscores, beginning with a letter')
  .refine((text) => !reserved.has(skeleton(text)), 'This name is reserved')

/**
 * What a reader takes a name for: separators dropped, digits and letters that stand for another
 * folded.
 */
function skeleton(name: string): string {
  return name
    .toLowerCase()
    .replace(/[._-]/g, '')
    .replace(/[013457l]/g, (char) => LOOK_ALIKES[char] ?? char)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}
