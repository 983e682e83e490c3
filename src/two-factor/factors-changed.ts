import { and, eq, type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sessions, users } from '../db/schema'
import type { CurrentSession } from '../sessions/find-session'
import { refOf } from '../sessions/session-ref'

/**
 * The statements of every change of factors, if `isDone` holds: what was begun before ends nowhere, and
 * all other sessions end, for one of them may be why the owner changes something (ASVS 5.0 7.4.3).
 */
export function factorsChanged(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  isDone: SQL,
) {
  const { userId, sessionId } = refOf(session)
  const others = sql`user_id = ${userId} AND id <> ${sessionId}`
  return [
    deps.db
      .update(users)
      .set({ securityEpoch: sql`security_epoch + 1` })
      .where(and(eq(users.id, userId), isDone)),
    recordEvent(
      deps,
      {
        event: 'sessions_ended',
        userId,
        actor: userId,
        sessionId,
        data: { reason: 'factors changed' },
      },
      sql`EXISTS (SELECT 1 FROM sessions WHERE ${others}) AND ${isDone}`,
    ),
    deps.db.delete(sessions).where(sql`${others} AND ${isDone}`),
  ] as const
}
