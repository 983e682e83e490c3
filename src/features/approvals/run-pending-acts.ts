import { sql } from 'drizzle-orm'
import { endAct } from '../../identity/approvals/end-acts'
import { isStandingAct, selectScheduled } from '../../identity/approvals/standing-acts'
import { callStore } from '../../platform/call-store'
import { pendingActs } from '../../platform/db/admin-schema'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { countFailed } from '../../platform/jobs/count-failed'
import type { Counts } from '../../platform/jobs/job'
import { DAY_MS, HOUR_MS } from '../../platform/time'
import { performAct } from './perform-act'
import { selectActs, type WaitingAct } from './waiting-act'

/** Acts that one run does or closes; the rest is due at the next. */
const ACTS = 50
/** When an act that failed is tried again: others have their turn first. */
const RETRY_MS = HOUR_MS
/**
 * How long what was decided stays to be looked up; its events stay longer. How many a run forgets.
 */
const KEPT_MS = 30 * DAY_MS
const FORGOTTEN = 1000

/**
 * Does what was scheduled and not stopped (features/approvals/act-kinds.ts), and closes what is due
 * and does not stand any more, as a grant that nobody has approved. An invitation that a sole admin
 * has scheduled is closed before its day, or it would go on once a colleague has come and gone.
 * Forgets what was decided a month ago.
 */
export async function runPendingActs(deps: Deps): Promise<Counts> {
  const now = deps.now().getTime()
  const due = sql`SELECT id FROM pending_acts
    WHERE state = 'waiting' AND due_at <= ${now} ORDER BY due_at LIMIT ${ACTS}`
  const found = await callStore(deps, 'database', () =>
    selectActs(deps)
      .where(
        sql`pending_acts.id IN (SELECT id FROM (${due}) UNION ${selectScheduled})
          AND (due_at <= ${now} OR NOT (${isStandingAct(deps, 'pending_acts')}))`,
      )
      .orderBy(pendingActs.dueAt),
  )
  const [acts, over] = [found.filter(({ stands }) => stands), found.filter(({ stands }) => !stands)]
  const notDone = await countFailed(acts, (act) => orLater(deps, act, () => perform(deps, act)))
  const notClosed = await countFailed(over, (act) => orLater(deps, act, () => close(deps, act)))
  await callStore(deps, 'database', () =>
    deps.db.delete(pendingActs).where(
      sql`id IN (SELECT id FROM pending_acts
        WHERE state IN ('done', 'stopped') AND due_at <= ${now - KEPT_MS} LIMIT ${FORGOTTEN})`,
    ),
  )
  return {
    acts: acts.length - notDone,
    closed: over.length - notClosed,
    failed: notDone + notClosed,
  }
}

const isDue = ({ now }: Pick<Deps, 'now'>) => sql`due_at <= ${now().getTime()}`

const perform = (deps: Deps, act: WaitingAct) =>
  performAct(deps, act, { actor: 'system', sessionId: null }, isDue(deps))

/** Asks again, so that nothing is closed that came to stand meanwhile. */
function close(deps: Deps, { user, ...act }: WaitingAct) {
  const isOver = sql`NOT (${isStandingAct(deps, 'pending_acts')})`
  return batch(deps.db, endAct(deps, { ...act, userId: user.id }, { by: 'system' }, isOver))
}

async function orLater(deps: Deps, { id }: WaitingAct, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    await deps.db
      .update(pendingActs)
      .set({ dueAt: new Date(deps.now().getTime() + RETRY_MS) })
      .where(sql`id = ${id} AND state = 'waiting' AND ${isDue(deps)}`)
    throw error
  }
}
