import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import { sealText } from '../audit/text'
import type { Deps } from '../context'
import { sessions } from '../db/schema'
import { requestReset } from '../passwords/request-reset'
import { problem } from '../problems'
import type { CurrentSession } from '../sessions/find-session'
import { isOfThisEpoch } from '../sessions/session-epoch'
import { refOf, sessionExists } from '../sessions/session-ref'
import { notifyOwner } from '../users/notify-owner'
import { findSubject } from './subject'

type Act = Readonly<{ userId: string; reason: string }>

// What helps an owner and gives nobody any power. It asks for no step-up: in an incident there is much
// of it to do at once.

/** Mails a link that sets a new password. The admin never sees it. */
export async function startReset(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Act,
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  if (subject.status !== 'active' || subject.erasureDueAt) throw problem('user_state')
  await recordReset(deps, session, subject.id, reason)
  await requestReset(deps, subject.email, { admin: session.user.id })
}

/** Ends all sessions of a user. */
export async function endUserSessions(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Act,
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  const isLive = sessionExists(refOf(session))
  const text = await sealText(deps, userId, { reason })
  const [recorded, ended] = await deps.db.batch([
    recordEvent(
      deps,
      {
        event: 'sessions_ended',
        userId,
        actor: session.user.id,
        sessionId: session.id,
        text,
      },
      isLive,
    ),
    deps.db
      .delete(sessions)
      .where(sql`user_id = ${userId} AND ${isOfThisEpoch} AND ${isLive}`)
      .returning({ id: sessions.id }),
  ])
  requireRecorded(recorded)
  if (ended.length === 0) return
  await notifyOwner(deps, subject, {
    template: 'sessions_ended_by_admin',
    data: { reason, time: deps.now() },
  })
}

/** Before the reset, whose effect is in other stores: what leaves no trace does not happen. */
async function recordReset(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  session: CurrentSession,
  userId: string,
  reason: string,
): Promise<void> {
  const recorded = await recordEvent(
    deps,
    {
      event: 'user_reset_started',
      userId,
      actor: session.user.id,
      sessionId: session.id,
      text: await sealText(deps, userId, { reason }),
    },
    sessionExists(refOf(session)),
  )
  requireRecorded(recorded)
}

/** The event stands or falls with the session of the admin. */
function requireRecorded({ meta }: D1Result): void {
  if (meta.changes === 0) throw problem('invalid_access_token', { reason: 'ended meanwhile' })
}
