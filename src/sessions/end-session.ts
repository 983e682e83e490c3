import { eq, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sessions } from '../db/schema'

/** Ends a session: its row goes, and with it every token that names it, from the next request on. */
export async function endSession(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: { id: string; userId: string },
  event: 'session_ended' | 'authn_token_reuse',
): Promise<void> {
  await deps.db.batch([
    recordEvent(
      deps,
      { event, userId: session.userId, actor: session.userId, sessionId: session.id },
      sql`EXISTS (SELECT 1 FROM ${sessions} WHERE ${sessions.id} = ${session.id})`,
    ),
    deps.db.delete(sessions).where(eq(sessions.id, session.id)),
  ])
}
