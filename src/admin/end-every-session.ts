import { sql } from 'drizzle-orm'
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
 * meanwhile stay: they have passed both steps after that moment. One that breaks off can be called again.
 */
export async function endEverySession(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  reason: string,
): Promise<number> {
  const { userId, sessionId } = refOf(session)
  const until = deps.now().getTime()
  const data = { reason, of: 'everybody' }
  const [, used] = await deps.db.batch([
    recordEvent(
      deps,
      { event: 'sessions_ended', actor: userId, sessionId, data },
      maySensitively(deps, session),
    ),
    useStepUp(deps, session),
  ])
  requireUsed(used)
  let total = 0
  for (;;) {
    const { meta } = await deps.db.delete(sessions).where(
      sql`(user_id, id) IN (SELECT user_id, id FROM sessions
        WHERE created_at <= ${until} AND NOT (user_id = ${userId} AND id = ${sessionId})
        LIMIT ${CHUNK})`,
    )
    total += meta.changes
    if (meta.changes < CHUNK) return total
  }
}
