import { eq, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { ownerColumns } from '../identity/accounts/notify-owner'
import { pendingActs } from '../platform/db/admin-schema'
import { batch } from '../platform/db/batch'
import { users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { isStandingAct } from '../users/standing-acts'
import { type ActDeps, actKindOf, type Actor } from './act-kinds'

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

/**
 * Does an act in one batch with its event and mails, if it waits, stands, and `when` holds; `done`
 * has a row then. The first statement alone asks that, since those after it change what it asks
 * about: it takes the act out of waiting, into a state that is never seen outside of the batch.
 *
 * It leaves an admin in any case: the one who asked for it.
 */
export async function performAct(
  deps: ActDeps,
  act: WaitingAct,
  by: Actor,
  when: SQL,
  used?: BatchItem<'sqlite'>,
) {
  const { db, now } = deps
  const isMine = sql`EXISTS (SELECT 1 FROM pending_acts WHERE id = ${act.id} AND state = 'doing')`
  return batch(db, {
    begun: db
      .update(pendingActs)
      .set({ state: sql`'doing'` })
      .where(
        sql`id = ${act.id} AND state = 'waiting' AND ${isStandingAct(deps, 'pending_acts')}
          AND ${when}`,
      ),
    ...(await actKindOf(act).perform(deps, act, by, isMine)),
    done: db
      .update(pendingActs)
      .set({ state: 'done', decidedBy: by.actor, decidedAt: now() })
      .where(sql`id = ${act.id} AND state = 'doing'`)
      .returning({ id: pendingActs.id }),
    used,
  })
}
