import type { BudgetRequest } from '../../../../src/platform/email/budget/budget'
import type { Recipient } from '../../../../src/platform/email/budget/recipient-cap'

export const NOON = Date.UTC(2026, 10, 24, 12)
export const DAY_MS = 86_400_000

/** A mail of an account in a known browser, from a network of its own unless it says otherwise. */
export const request = (overrides: Partial<BudgetRequest> = {}): BudgetRequest => ({
  id: crypto.randomUUID(),
  sender: 'us',
  isDecoy: false,
  standing: 'known',
  kind: 'other',
  account: null,
  network: crypto.randomUUID(),
  site: null,
  recipient: null,
  digest: null,
  askedAt: NOON,
  isLate: false,
  ...overrides,
})

/** A reader, and who has it mailed. */
export const reader = (name: string, asker = 'asker'): Recipient => ({
  byAsker: `${asker}|${name}`,
  byAll: name,
})
