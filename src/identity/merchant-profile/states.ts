import { sql } from 'drizzle-orm'
import type { merchantStates } from '../../platform/db/merchant-schema'

export type MerchantState = (typeof merchantStates)[number]

/** The only ways from one state to another. All but `submit` are an admin's. */
export const transitions = {
  submit: { from: ['draft', 'changes_requested'], to: 'submitted' },
  approve: { from: ['submitted'], to: 'approved' },
  reject: { from: ['submitted'], to: 'rejected' },
  'request-changes': { from: ['submitted'], to: 'changes_requested' },
  suspend: { from: ['approved'], to: 'suspended' },
  reinstate: { from: ['suspended'], to: 'approved' },
} as const satisfies Record<string, { from: readonly MerchantState[]; to: MerchantState }>

export type Decision = Exclude<keyof typeof transitions, 'submit'>

/** Where a merchant may change the whole profile and its documents. */
export const EDITABLE: readonly MerchantState[] = transitions.submit.from

/** Whether the user's profile is one that may be edited, at this point of a batch. */
export const hasEditable = (userId: string) =>
  sql`EXISTS (SELECT 1 FROM merchant_profiles AS mine
    WHERE mine.user_id = ${userId} AND mine.state IN ${EDITABLE})`

/**
 * Whether a user is a merchant to decide on, for a statement that has the row of `users`. Behind an
 * account that is frozen (“this was not me”) or closing may be an intruder: it is suspended, or
 * waits.
 */
export const isDecidable = (decision: Decision) =>
  sql`(users.role = 'merchant' AND users.status = 'active' AND (${decision} = 'suspend'
    OR users.frozen_at IS NULL AND users.erasure_due_at IS NULL))`
