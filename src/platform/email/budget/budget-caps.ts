import type { BudgetRequest } from './budget'

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

/** The caps that a mail falls under: kinds have theirs within the part of strangers alone. */
export function capsOf({ standing, kind }: BudgetRequest): (keyof typeof CAPS)[] {
  // Acts on hundreds of accounts hold up neither their resets nor the warning of the next act.
  if (standing === 'service') {
    if (kind === 'warning') return ['service']
    return ['service', kind === 'reset' ? 'admin_reset' : 'told']
  }
  return [standing === 'stranger' || standing === 'young' ? kind : 'other']
}
