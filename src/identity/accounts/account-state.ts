import type { users } from '../../platform/db/schema'

export type AccountState = 'active' | 'frozen' | 'closing' | 'disabled'

/** What an account that was confirmed is good for; in all states but `active` nobody signs in. */
export function stateOf({
  status,
  frozenAt,
  erasureDueAt,
}: Pick<typeof users.$inferSelect, 'status' | 'frozenAt' | 'erasureDueAt'>): AccountState {
  if (status === 'disabled') return 'disabled'
  if (erasureDueAt) return 'closing'
  return frozenAt ? 'frozen' : 'active'
}
