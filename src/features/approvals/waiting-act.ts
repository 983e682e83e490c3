import { eq, sql } from 'drizzle-orm'
import type {} from 'drizzle-orm/batch'
import { ownerColumns } from '../../identity/accounts/notify-owner'
import { isStandingAct } from '../../identity/approvals/standing-acts'
import { pendingActs } from '../../platform/db/admin-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'

/** Acts with their accounts, and whether each still stands. */
export const selectActs = (deps: Pick<Deps, 'db' | 'now'>) =>
  deps.db
    .select({
      id: pendingActs.id,
      kind: pendingActs.kind,
      requestedBy: pendingActs.requestedBy,
      role: pendingActs.role,
      reason: pendingActs.reason,
      user: { ...ownerColumns, role: users.role, status: users.status },
      stands: sql<number>`${isStandingAct(deps, 'pending_acts')}`,
    })
    .from(pendingActs)
    .innerJoin(users, eq(users.id, pendingActs.userId))

export type WaitingAct = Awaited<ReturnType<typeof selectActs>>[number]
