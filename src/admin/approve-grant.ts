import { and, eq, sql } from 'drizzle-orm'
import { revokeAllKeys } from '../api-keys/revoke-key'
import { recordEvent } from '../audit/record'
import { sealText } from '../audit/text'
import type { Deps } from '../context'
import { randomToken } from '../crypto/token'
import { pendingActs } from '../db/admin-schema'
import { sessions, users } from '../db/schema'
import { problem } from '../problems'
import { isAdmin } from '../roles/admins'
import type { CurrentSession } from '../sessions/find-session'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { endGrants } from '../users/end-acts'
import { issueInvitation, mailInvitation } from '../users/invite-user'
import { notifyOwner } from '../users/notify-owner'
import { findSubject, type Subject } from './subject'

/**
 * Makes somebody an admin, as another admin has asked for: it takes two. The one who asked must still be
 * an admin. Of somebody who has no account yet, it is the invitation that is sent.
 */
export async function approveGrant(
  deps: Deps,
  session: CurrentSession,
  { userId, actId }: { userId: string; actId: string },
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  const act = await findGrant(deps, userId, actId)
  if (act.requestedBy === session.user.id) throw problem('needs_another_admin')
  if (subject.role === 'admin' || subject.status === 'disabled') throw problem('user_state')
  const token = randomToken()
  const [made, issued] = await grant(deps, session, { subject, token, ...act })
  if (made) {
    const data = { time: deps.now() }
    return notifyOwner(deps, subject, { template: 'admin_granted', data })
  }
  if (!issued) throw problem('user_state', { reason: 'changed meanwhile' })
  await mailInvitation(deps, { ...subject, userId, token, role: 'admin' })
}

async function findGrant({ db, now }: Pick<Deps, 'db' | 'now'>, userId: string, actId: string) {
  const [act] = await db
    .select({ requestedBy: pendingActs.requestedBy, reason: pendingActs.reason })
    .from(pendingActs)
    .where(
      sql`id = ${actId} AND user_id = ${userId} AND kind = 'grant_admin' AND state = 'waiting'
        AND due_at > ${now().getTime()} AND ${isAdmin(sql`pending_acts.requested_by`)}`,
    )
  if (!act) throw problem('not_found', { reason: 'no such grant' })
  return { ...act, actId }
}

/** One batch. The act is the last to change, so that all before it see it waiting. */
async function grant(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  session: CurrentSession,
  input: { subject: Subject; token: string; actId: string; requestedBy: string; reason: string },
) {
  const { db } = deps
  const { subject, token, actId, requestedBy, reason } = input
  const { id: userId, role: from } = subject
  const actor = session.user.id
  const text = await sealText(deps, userId, { reason })
  const now = deps.now()
  const isOpen = sql`${maySensitively(deps, session)} AND EXISTS (SELECT 1 FROM pending_acts AS act
    WHERE act.id = ${actId} AND act.state = 'waiting' AND act.due_at > ${now.getTime()}
    AND act.requested_by <> ${actor} AND ${isAdmin(sql`act.requested_by`)})`
  const whom = sql`FROM users WHERE id = ${userId} AND role <> 'admin' AND ${isOpen}`
  const isMade = sql`${isOpen} AND EXISTS (SELECT 1 ${whom} AND status <> 'disabled')`
  const [, , , , issued, made, , , , used] = await db.batch([
    recordEvent(
      deps,
      {
        event: 'user_role_changed',
        userId,
        actor,
        sessionId: session.id,
        data: { from, to: 'admin', requested_by: requestedBy },
        text,
      },
      isMade,
    ),
    db.delete(sessions).where(and(eq(sessions.userId, userId), isMade)),
    ...revokeAllKeys(deps, { userId, by: actor, sessionId: session.id }, isMade),
    issueInvitation(
      deps,
      { token, role: 'admin', by: actor, requestedBy },
      sql`${whom} AND status = 'pending'`,
    ),
    db
      .update(users)
      .set({ role: 'admin', securityEpoch: sql`security_epoch + 1` })
      .where(sql`id = ${userId} AND status = 'active' AND role <> 'admin' AND ${isOpen}`)
      .returning({ id: users.id }),
    ...endGrants(deps, { userId, by: actor }, sql`act.id <> ${actId} AND ${isOpen}`),
    db
      .update(pendingActs)
      .set({ state: 'done', decidedBy: actor, decidedAt: now })
      .where(and(eq(pendingActs.id, actId), isOpen)),
    useStepUp(deps, session),
  ])
  requireUsed(used)
  return [made[0], issued[0]] as const
}
