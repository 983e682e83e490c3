import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { pendingActs } from '../db/admin-schema'

const EVENTS = {
  grant_admin: 'user_role_request_stopped',
  invite_admin: 'user_invitation_stopped',
  remove_factors: 'user_factor_removal_stopped',
} as const

export type ActKind = keyof typeof EVENTS

/**
 * The statements that stop what waits for a user, and record it: acts of a kind for which `which` holds,
 * a condition on `act`. The last one returns a row for each.
 */
export function endActs(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  acts: Readonly<{
    kind: ActKind
    userId: SQL | string
    by: string
    data?: Readonly<Record<string, string>>
  }>,
  which: SQL,
) {
  const { kind, userId, by, data = {} } = acts
  const waiting = sql`(SELECT act.id FROM pending_acts AS act
    WHERE act.user_id = ${userId} AND act.kind = ${kind} AND act.state = 'waiting' AND ${which})`
  return [
    recordEvent(deps, { event: EVENTS[kind], userId, actor: by, data }, sql`EXISTS ${waiting}`),
    deps.db
      .update(pendingActs)
      .set({ state: 'stopped', decidedBy: by, decidedAt: deps.now() })
      .where(sql`id IN ${waiting}`)
      .returning({ id: pendingActs.id }),
  ] as const
}

/** The same for a grant to a user who is not any more what was asked about. */
export const endGrants = (
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  grants: Readonly<{ userId: SQL | string; by: string }>,
  which: SQL,
) => endActs(deps, { ...grants, kind: 'grant_admin', data: { role: 'admin' } }, which)
