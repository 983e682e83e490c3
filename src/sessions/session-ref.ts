import { and, eq, sql } from 'drizzle-orm'
import { sessions } from '../db/schema'

/** What finds a session's row by its primary key. Both parts travel in every token of the session. */
export type SessionRef = Readonly<{ userId: string; sessionId: string }>

export const refOf = (session: { id: string; user: { id: string } }): SessionRef => ({
  userId: session.user.id,
  sessionId: session.id,
})

export const isSession = ({ userId, sessionId }: SessionRef) =>
  and(eq(sessions.userId, userId), eq(sessions.id, sessionId))

/** Whether the session is there at this point of a batch. */
export const sessionExists = ({ userId, sessionId }: SessionRef) => sql`EXISTS (
  SELECT 1 FROM sessions WHERE user_id = ${userId} AND id = ${sessionId})`
