import { sql } from 'drizzle-orm'
import { endAct } from '../../identity/approvals/end-acts'
import { stoppedNotices } from '../../identity/approvals/stopped-notices'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { hasFreshStepUp, requireUsed, consumeStepUp } from '../../identity/credentials/step-up'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { actKindOf } from './act-kinds'
import { performAct } from './perform-act'
import { selectActs, type WaitingAct } from './waiting-act'

type Choice = Readonly<{ actId: string; userId?: string }>

/**
 * Does what another admin has asked for: it takes two, who are not the target. Of an account that
 * waits for its owner the invitation is sent.
 */
export async function approveAct(
  deps: Deps,
  session: CurrentSession,
  choice: Choice,
): Promise<void> {
  const act = await findAct(deps, session, choice)
  if (!act.stands) throw problem('not_found', { reason: 'no such act' })
  if (!actKindOf(act).isApproved) {
    throw problem('not_found', { detail: 'It needs no approval: it is done on its day.' })
  }
  if (act.requestedBy === session.user.id) throw problem('needs_another_admin')
  const by = { actor: session.user.id, sessionId: session.id }
  const may = hasFreshStepUp(deps, session)
  const { done, used } = await performAct(deps, act, by, may, consumeStepUp(deps, session))
  requireUsed(used ?? [])
  if (done.length === 0) throw problem('user_state', { reason: 'changed meanwhile' })
}

/**
 * Stops what waits: any admin may, the one who asked for it too. Its target may by the mailed link
 * alone, or a thief of the target's session could keep it.
 */
export async function stopWaitingAct(
  deps: Deps,
  session: CurrentSession,
  choice: Choice,
): Promise<void> {
  const { user, ...rest } = await findAct(deps, session, choice)
  const [act, by] = [{ ...rest, userId: user.id }, session.user.id]
  const who = { by, sessionId: session.id, mails: await stoppedNotices(deps, act, by) }
  const { stopped, used } = await batch(deps.db, {
    ...endAct(deps, act, who, hasFreshStepUp(deps, session)),
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (stopped.length === 0) throw problem('user_state', { reason: 'decided meanwhile' })
}

/** Refused before the batch, which would use the step-up up for nothing. */
async function findAct(
  deps: Pick<Deps, 'db' | 'now'>,
  session: CurrentSession,
  { actId, userId }: Choice,
): Promise<WaitingAct> {
  if (userId === session.user.id) throw problem('own_account')
  const [act] = await selectActs(deps).where(
    sql`pending_acts.id = ${actId} AND state = 'waiting' AND user_id = ${userId ?? sql`user_id`}`,
  )
  if (!act) throw problem('not_found', { reason: 'no such act' })
  if (act.user.id === session.user.id) {
    throw problem('own_account', { detail: 'Other admins decide. The link in our mail stops it.' })
  }
  return act
}
