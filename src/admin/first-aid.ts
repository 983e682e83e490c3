import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sessions } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { dropLock, namesOf } from '../login/lock-record'
import { requestReset } from '../passwords/request-reset'
import { problem } from '../problems'
import { reach } from '../reach'
import type { CurrentSession } from '../sessions/find-session'
import { refOf, sessionExists } from '../sessions/session-ref'
import { notifyOwner } from '../users/notify-owner'
import { findSubject } from './subject'

type Act = Readonly<{ userId: string; reason: string }>

// What helps an owner and gives nobody any power. It asks for no step-up: in an incident there is much
// of it to do at once.

/** Ends locks, counts of failures and stopped factors, as a reset by the owner does. */
export async function unlockUser(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Act,
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  await recordAct(deps, session, { event: 'user_unlocked', userId, data: { reason } })
  await Promise.all([
    reach('guard', () => guardOf(deps, { userId }).unlock()),
    dropLock(deps, namesOf(subject)),
  ])
}

/** Mails a link that sets a new password. The admin never sees it. */
export async function startReset(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Act,
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  if (subject.status !== 'active') throw problem('user_state')
  await recordAct(deps, session, { event: 'user_reset_started', userId, data: { reason } })
  await requestReset(deps, subject.email, 'admin')
}

/** Ends all sessions of a user. */
export async function endUserSessions(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Act,
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  const isLive = sessionExists(refOf(session))
  const [, ended] = await deps.db.batch([
    recordEvent(
      deps,
      {
        event: 'sessions_ended',
        userId,
        actor: session.user.id,
        sessionId: session.id,
        data: { reason },
      },
      isLive,
    ),
    deps.db
      .delete(sessions)
      .where(sql`user_id = ${userId} AND ${isLive}`)
      .returning({ id: sessions.id }),
  ])
  if (ended.length === 0) return
  await notifyOwner(deps, subject, {
    template: 'sessions_ended_by_admin',
    data: { reason, time: deps.now() },
  })
}

/** Records an act whose effect is in another store. Before it: one that leaves no trace does not happen. */
async function recordAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  act: Readonly<{
    event: 'user_unlocked' | 'user_reset_started'
    userId: string
    data: Readonly<Record<string, string>>
  }>,
): Promise<void> {
  const { meta } = await recordEvent(
    deps,
    { ...act, actor: session.user.id, sessionId: session.id },
    sessionExists(refOf(session)),
  )
  if (meta.changes === 0) throw problem('invalid_access_token', { reason: 'ended meanwhile' })
}
