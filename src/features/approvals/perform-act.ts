import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { isStandingAct } from '../../identity/approvals/standing-acts'
import { pendingActs } from '../../platform/db/admin-schema'
import { batch } from '../../platform/db/batch'
import type {} from '../../platform/deps'
import { type ActDeps, actKindOf, type Actor } from './act-kinds'
import type { WaitingAct } from './waiting-act'

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
