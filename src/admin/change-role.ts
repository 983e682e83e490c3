import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomId } from '../crypto/token'
import { pendingActs } from '../db/schema'
import { problem } from '../problems'
import { hasOtherAdmin } from '../roles/admins'
import type { CurrentSession } from '../sessions/find-session'
import type { Role } from '../sessions/lifetimes'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { notifyOwner } from '../users/notify-owner'
import { changeUser } from './change-user'
import { findSubject, type Subject } from './subject'

/** How long a second admin has to approve. */
const APPROVAL_MS = 86_400_000

/** A grant that waits for another admin. */
export type WaitingGrant = Readonly<{ actId: string; approveBefore: Date }>

/**
 * Gives an account another role. To make an admin takes two of them: this one asks, and another approves
 * (approve-grant.ts). To take the role away takes one, but never from the last.
 */
export async function changeRole(
  deps: Deps,
  session: CurrentSession,
  input: { userId: string; role: Role; reason: string },
): Promise<WaitingGrant | undefined> {
  const { userId, role, reason } = input
  const subject = await findSubject(deps, session, userId)
  if (subject.role === role || subject.status !== 'active') throw problem('user_state')
  if (role === 'admin') return askForGrant(deps, session, subject, reason)
  await changeUser(deps, session, subject, {
    event: 'user_role_changed',
    data: { from: subject.role, to: role, reason },
    set: { role },
    when: sql`subject.role = ${subject.role} AND subject.status = 'active'
      AND (subject.role <> 'admin' OR ${hasOtherAdmin(userId)})`,
  })
  await notifyOwner(deps, subject, {
    template: 'role_changed',
    data: { role, reason, time: deps.now() },
  })
  return undefined
}

async function askForGrant(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  { id: userId }: Pick<Subject, 'id'>,
  reason: string,
): Promise<WaitingGrant> {
  const grant = newGrant(deps)
  const whom = sql`${userId}`
  const isPossible = sql`EXISTS (SELECT 1 FROM users WHERE id = ${whom}
    AND status = 'active' AND role <> 'admin') AND ${isNotAskedFor(deps, whom)}`
  const possible = await deps.db
    .select({ one: sql`1` })
    .from(sql`(SELECT 1)`)
    .where(isPossible)
  // Before the batch, which would use the step-up up for nothing.
  if (possible.length === 0) throw problem('user_state', { reason: 'waits already' })
  const [made, , used] = await deps.db.batch([
    ...requestGrant(deps, session, { userId: whom, reason, ...grant }, isPossible),
    useStepUp(deps, session),
  ])
  requireUsed(used)
  if (made.length === 0) throw problem('user_state', { reason: 'asked for meanwhile' })
  return grant
}

export const newGrant = ({ now }: Pick<Deps, 'now'>): WaitingGrant => ({
  actId: randomId('act'),
  approveBefore: new Date(now().getTime() + APPROVAL_MS),
})

/** Two that wait would be two approvals, of which one may be forgotten. */
const isNotAskedFor = ({ now }: Pick<Deps, 'now'>, userId: SQL) => sql`NOT EXISTS (
  SELECT 1 FROM pending_acts WHERE user_id = ${userId} AND kind = 'grant_admin'
  AND state = 'waiting' AND due_at > ${now().getTime()})`

/** The statements that ask for a second admin, if `when` holds; the first returns a row. */
export function requestGrant(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  grant: WaitingGrant & { userId: SQL; reason: string },
  when: SQL,
) {
  const { userId, reason, actId, approveBefore } = grant
  const may = sql`${maySensitively(deps, session)} AND ${when}`
  const isMade = sql`EXISTS (SELECT 1 FROM pending_acts WHERE id = ${actId})`
  const actor = session.user.id
  const now = deps.now().getTime()
  return [
    deps.db
      .insert(pendingActs)
      .select(
        sql`SELECT ${actId}, 'grant_admin', ${userId}, ${actor}, ${reason}, ${now},
          ${approveBefore.getTime()}, 'waiting', NULL, NULL WHERE ${may}`,
      )
      .returning({ id: pendingActs.id }),
    recordEvent(
      deps,
      {
        event: 'user_role_requested',
        userId,
        actor,
        sessionId: session.id,
        data: { role: 'admin', reason, act: actId },
      },
      isMade,
    ),
  ] as const
}
