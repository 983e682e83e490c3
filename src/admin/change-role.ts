import { sql } from 'drizzle-orm'
import { sealText } from '../audit/text'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { problem } from '../problems'
import { hasOtherAdmin } from '../roles/admins'
import type { CurrentSession } from '../sessions/find-session'
import type { Role } from '../sessions/lifetimes'
import { requireUsed, useStepUp } from '../sessions/step-up'
import { notifyOwner } from '../users/notify-owner'
import { changeUser } from './change-user'
import {
  grantNotices,
  isNotAskedFor,
  newGrant,
  requestGrant,
  type WaitingGrant,
} from './request-grant'
import { findSubject, type Subject } from './subject'

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
    data: { from: subject.role, to: role },
    text: await sealText(deps, userId, { reason }),
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
  deps: Deps,
  session: CurrentSession,
  { id: userId, email }: Subject,
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
  const mails = await grantNotices(deps, session, { ...grant, email, reason })
  const text = await sealText(deps, userId, { reason })
  const { asked, used } = await batch(deps.db, {
    ...requestGrant(deps, session, { userId: whom, reason, text, mails, ...grant }, isPossible),
    used: useStepUp(deps, session),
  })
  requireUsed(used)
  if (asked.length === 0) throw problem('user_state', { reason: 'asked for meanwhile' })
  return grant
}
