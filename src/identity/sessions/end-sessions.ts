import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import type { CurrentSession } from '../credentials/find-session'
import { isOfThisEpoch } from '../credentials/session-epoch'
import { refOf } from '../credentials/session-ref'
import { endSession } from './end-session'
import { isLive } from './list-sessions'

/**
 * The statements that end all sessions of a user but this one, if `when` holds, and record that.
 * `others` returns a row for each.
 */
export function endOthers(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  reason: 'by owner' | 'factors changed' | 'password changed',
  when: SQL = sql`true`,
) {
  const { userId, sessionId } = refOf(session)
  const others = sql`user_id = ${userId} AND id <> ${sessionId} AND ${isOfThisEpoch} AND ${when}`
  return {
    othersEvent: recordEvent(
      deps,
      { event: 'sessions_ended', userId, actor: userId, sessionId, data: { reason } },
      sql`EXISTS (SELECT 1 FROM sessions WHERE ${others})`,
    ),
    others: deps.db
      .delete(sessions)
      .where(others)
      .returning({ wasLive: sql`${isLive(deps, session.user.role)}`.mapWith(Boolean) }),
  }
}

/** Ends all sessions of a user but the one that asks; how many of them were live. */
export async function endOtherSessions(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
): Promise<number> {
  const { others } = await batch(deps.db, endOthers(deps, session, 'by owner'))
  return others.filter(({ wasLive }) => wasLive).length
}

/** Ends one session of a user. One of somebody else is answered like one that does not exist. */
export async function endOwnSession(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  userId: string,
  sessionId: string,
): Promise<void> {
  const hasEnded = await endSession(deps, { userId, sessionId }, 'session_ended')
  if (!hasEnded) throw problem('not_found')
}
