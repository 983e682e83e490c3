import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { isSession, sessionExists, type SessionRef } from '../credentials/session-ref'

/**
 * Ends a session: its row goes, and with it every token that names it, from the next request on.
 * Whether there was one.
 */
export async function endSession(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: SessionRef,
  event: 'session_ended' | 'authn_token_reuse',
): Promise<boolean> {
  const { ended } = await batch(deps.db, {
    // First, since it asks for the row.
    event: recordEvent(
      deps,
      { event, userId: session.userId, actor: session.userId, sessionId: session.sessionId },
      sessionExists(session),
    ),
    ended: deps.db.delete(sessions).where(isSession(session)).returning({ id: sessions.id }),
  })
  return ended.length > 0
}
