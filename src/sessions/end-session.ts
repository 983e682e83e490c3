import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sessions } from '../db/schema'
import { isSession, type SessionRef, sessionExists } from './session-ref'

/** Ends a session: its row goes, and with it every token that names it, from the next request on. */
export async function endSession(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: SessionRef,
  event: 'session_ended' | 'authn_token_reuse',
): Promise<void> {
  await deps.db.batch([
    recordEvent(
      deps,
      { event, userId: session.userId, actor: session.userId, sessionId: session.sessionId },
      sessionExists(session),
    ),
    deps.db.delete(sessions).where(isSession(session)),
  ])
}
