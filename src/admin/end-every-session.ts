import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sessions } from '../db/schema'
import type { CurrentSession } from '../sessions/find-session'
import { refOf } from '../sessions/session-ref'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'

/** Sessions that one statement ends. */
const CHUNK = 5000

/**
 * Ends the sessions of everybody else, for when nobody knows whose were stolen. Those that are opened
 * meanwhile stay: they have passed both steps after that moment. The first chunk goes in the batch that
 * uses the step-up up; what is left when the rest breaks off goes with another call.
 */
export async function endEverySession(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  reason: string,
): Promise<number> {
  const { userId, sessionId } = refOf(session)
  const until = deps.now().getTime()
  const data = { reason, of: 'everybody' }
  const may = maySensitively(deps, session)
  const endChunk = (when: SQL) =>
    deps.db.delete(sessions).where(
      sql`(user_id, id) IN (SELECT user_id, id FROM sessions
        WHERE created_at <= ${until} AND NOT (user_id = ${userId} AND id = ${sessionId})
        LIMIT ${CHUNK}) AND ${when}`,
    )
  const [, first, used] = await deps.db.batch([
    recordEvent(deps, { event: 'sessions_ended', actor: userId, sessionId, data }, may),
    endChunk(may),
    useStepUp(deps, session),
  ])
  requireUsed(used)
  let ended = first.meta.changes
  let total = ended
  while (ended === CHUNK) {
    ended = (await endChunk(sql`true`)).meta.changes
    total += ended
  }
  return total
}
