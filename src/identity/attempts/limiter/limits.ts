import type { Quota } from '../../../platform/window'

/** Wrong tries in a row that switch an authenticator off (NIST SP 800-63B-4 §3.2.2). */
export const MAX_IN_A_ROW = 100

/**
 * Wrong codes of one side over all its challenges: a guesser who knows the password gets no more.
 */
export const CODE_FAILURES: Quota = { limit: 10, seconds: 3600 }

/** Browsers that an account knows, here and in its list: what is listed has a count of its own. */
export const MAX_DEVICES = 20

/** A code is sent again no sooner than a minute after the last. */
export const RESEND_PAUSE_MS = 60_000

/**
 * Times come with each call, from the clocks of many edges. So much longer than a challenge lives
 * the guard remembers that it is used up: forgotten at once, it would be good again where a clock
 * is behind.
 */
export const CLOCK_SKEW_MS = 60_000

/**
 * Links of each kind that one asker can have mailed to a name: a network, or all who are trusted
 * together (browsers that the account knows, admins).
 */
const LINKS: readonly Quota[] = [
  { limit: 1, seconds: 60 },
  { limit: 5, seconds: 3600 },
]

/**
 * The same of all networks together: the mailbox is not flooded, and no more than thirty networks
 * are remembered of a kind.
 */
const LINKS_OF_ALL: Quota = { limit: 30, seconds: 86_400 }

/**
 * Resets share their minute, too: the link of a minute ago is as good for the owner, and another
 * one would end it. `MAX_FAILED_ATTEMPTS` (5) end a link, so its wrong codes are bounded by these
 * and by `MAX_IN_A_ROW`. Of a million codes an app takes two at a time: a hundred tries by the
 * thief of a mailbox find one of them in 1 of 5,000 accounts.
 */
const RESETS_OF_ALL: readonly Quota[] = [{ limit: 1, seconds: 60 }, LINKS_OF_ALL]

/** Codes sent again on request. */
const RESENDS: readonly Quota[] = [{ limit: 5, seconds: 3600 }]

/**
 * Codes mailed after a right password, of logins and step-ups together: whoever has the password
 * floods neither the owner nor the day's budget.
 */
const CODES: readonly Quota[] = [
  { limit: 10, seconds: 3600 },
  { limit: 30, seconds: 86_400 },
]

/** Usernames that an account may ask for: each answer tells whether a name is taken. */
const RENAMES: readonly Quota[] = [{ limit: 10, seconds: 86_400 }]

/**
 * What is counted beside tries: of a name, the links that anyone can have mailed to it; of an
 * account, the codes and new usernames. Known browsers have one count together, as each login of a
 * stranger makes another one known; strangers use up none of it.
 */
const QUOTAS = {
  verify: [LINKS_OF_ALL],
  verify_known: LINKS,
  reset: RESETS_OF_ALL,
  reset_known: LINKS,
  code_known: CODES,
  code_stranger: CODES,
  resend_known: RESENDS,
  resend_stranger: RESENDS,
  rename: RENAMES,
} as const satisfies Record<string, readonly Quota[]>

export type QuotaKind = keyof typeof QUOTAS

/** A count of a kind: of all who ask, or of one network among them. */
export type Count = QuotaKind | `${QuotaKind}@${string}`

const isKind = (count: Count): count is QuotaKind => count in QUOTAS

export const quotasOf = (count: Count): readonly Quota[] => (isKind(count) ? QUOTAS[count] : LINKS)
