import { and, eq, type SQL, sql } from 'drizzle-orm'
import { sessions } from '../../platform/db/session-schema'
import { currentEpoch, isOfThisEpoch } from './session-epoch'

/**
 * What finds a session's row by its primary key. Both parts travel in every token of the session.
 */
export type SessionRef = Readonly<{ userId: string; sessionId: string }>

export const refOf = (session: { id: string; user: { id: string } }): SessionRef => ({
  userId: session.user.id,
  sessionId: session.id,
})

/** The row of a session that has not been ended. */
export const isSession = ({ userId, sessionId }: SessionRef) =>
  and(eq(sessions.userId, userId), eq(sessions.id, sessionId), isOfThisEpoch)

/** Whether the session is there at this point of a batch, and what is asked of it holds. */
export const sessionExists = ({ userId, sessionId }: SessionRef, when: SQL = sql`true`) =>
  sql`EXISTS (SELECT 1 FROM sessions WHERE user_id = ${userId} AND id = ${sessionId}
    AND epoch >= ${currentEpoch} AND ${when})`
