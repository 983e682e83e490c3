/**
 * How much is known about the cause of a mail: an old account in a known browser or a session; an
 * old account in a new browser; a young account, which anyone can make; a stranger, who has given
 * no password; and the service itself, which includes its admins.
 */
export type Standing = 'known' | 'account' | 'young' | 'stranger' | 'service'

/**
 * What strangers can cause, each with a cap of its own; and warnings of what happens unless an
 * admin or an owner stops it in time.
 */
export const MAIL_KINDS = ['sign_up', 'reset', 'lock', 'warning', 'other'] as const
export type MailKind = (typeof MAIL_KINDS)[number]

/**
 * At most so many per cent of the limit, within its part: a flood of one leaves room for the
 * others.
 */
export const CAPS = {
  sign_up: 24,
  reset: 24,
  lock: 8,
  warning: 100,
  other: 100,
  young: 4,
  service: 25,
  /** Of the service: resets that admins start, and all but these and warnings. */
  admin_reset: 10,
  told: 10,
} as const

type Counted = Readonly<{ standing: Standing; kind: MailKind }>

/** The caps that a mail falls under: kinds have theirs within the part of strangers alone. */
export function capsOf({ standing, kind }: Counted): (keyof typeof CAPS)[] {
  // Acts on hundreds of accounts hold up neither their resets nor the warning of the next act.
  if (standing === 'service') {
    if (kind === 'warning') return ['service']
    return ['service', kind === 'reset' ? 'admin_reset' : 'told']
  }
  return [standing === 'stranger' || standing === 'young' ? kind : 'other']
}
