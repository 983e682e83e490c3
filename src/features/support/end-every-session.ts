import { and, sql } from 'drizzle-orm'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { currentEpoch } from '../../identity/credentials/session-epoch'
import { isSession, refOf } from '../../identity/credentials/session-ref'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { recordEvent } from '../../platform/audit/record'
import { sealText } from '../../platform/audit/text'
import { batch } from '../../platform/db/batch'
import { sessionEpoch, sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'

/** Rows that are looked at to say how many sessions there were. */
const COUNTED = 1000

/**
 * Ends the sessions of everybody else, for when nobody knows whose were stolen, and every login and
 * step-up that has been begun: a new epoch begins, and the session of the admin is taken into it.
 * It writes as many rows for a million sessions as for none; theirs go with the next purge
 * (decision 020).
 *
 * Answers how many there were, as far as a thousand rows tell.
 */
export async function endEverySession(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  session: CurrentSession,
  reason: string,
): Promise<number> {
  const { db } = deps
  const ref = refOf(session)
  const { userId, sessionId } = ref
  const event = { event: 'sessions_ended', data: { of: 'everybody' } } as const
  const text = await sealText(deps, userId, { reason })
  const may = hasFreshStepUp(deps, session)
  const { others, used } = await batch(db, {
    others: db
      .select({ count: sql<number>`count(*)` })
      .from(sql`(SELECT * FROM sessions LIMIT ${COUNTED})`)
      .where(sql`epoch >= ${currentEpoch} AND NOT (user_id = ${userId} AND id = ${sessionId})`),
    event: recordEvent(deps, { ...event, actor: userId, sessionId, text }, may),
    // Before the epoch, so that it is never one of an epoch that is over, and the rest of the batch
    // finds it good.
    own: db
      .update(sessions)
      .set({ epoch: sql`epoch + 1` })
      .where(and(isSession(ref), may)),
    epoch: db
      .update(sessionEpoch)
      .set({ epoch: sql`epoch + 1` })
      .where(may),
    // Last: what is before it asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  return others[0]?.count ?? 0
}
