import { sql } from 'drizzle-orm'
import { notifyOwner } from '../identity/accounts/notify-owner'
import { sealText } from '../platform/audit/text'
import type { Role } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import type { CurrentSession } from '../sessions/find-session'
import { askForAct, newAct, type ScheduledAct } from './ask-for-act'
import { changeUser } from './change-user'
import { grantNotices } from './request-grant'
import { scheduleRemoval } from './schedule-removal'
import { findSubject, type Subject } from './subject'

/** What has become of a change of role: it waits for another admin, or for its day. */
export type Waiting = ScheduledAct & Readonly<{ waitsFor: 'approval' | 'day' }>

/**
 * Gives an account another role. To make an admin takes two of them: this one asks, and another
 * approves (decide-act.ts). To take the role away takes two, or a day (schedule-removal.ts).
 */
export async function changeRole(
  deps: Deps,
  session: CurrentSession,
  input: { userId: string; role: Role; reason: string },
): Promise<Waiting | undefined> {
  const { userId, role, reason } = input
  const subject = await findSubject(deps, session, userId)
  if (subject.role === role || subject.status !== 'active') throw problem('user_state')
  if (role === 'admin') {
    return { ...(await askForGrant(deps, session, subject, reason)), waitsFor: 'approval' }
  }
  if (subject.role === 'admin') {
    const removal = { kind: 'demote_admin', role, reason } as const
    return { ...(await scheduleRemoval(deps, session, subject, removal)), waitsFor: 'day' }
  }
  await changeUser(deps, session, subject, {
    event: 'user_role_changed',
    data: { from: subject.role, to: role },
    text: await sealText(deps, userId, { reason }),
    set: { role },
    when: sql`subject.role = ${subject.role} AND subject.status = 'active'`,
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
  { id, email }: Subject,
  reason: string,
): Promise<ScheduledAct> {
  const grant = newAct(deps)
  const mails = await grantNotices(deps, session, { ...grant, email, reason })
  const text = await sealText(deps, id, { reason })
  const act = { ...grant, kind: 'grant_admin', role: 'admin', reason, text, mails } as const
  const isPossible = sql`EXISTS (SELECT 1 FROM users WHERE id = ${id} AND role <> 'admin'
    AND status = 'active' AND frozen_at IS NULL AND erasure_due_at IS NULL)`
  await askForAct(deps, session, { ...act, userId: sql`${id}` }, isPossible)
  return grant
}
