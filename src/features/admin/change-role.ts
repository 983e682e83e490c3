import { sql } from 'drizzle-orm'
import { notifyOwner } from '../../identity/accounts/notify-owner'
import { askForAct, newAct, type ScheduledAct } from '../../identity/approvals/ask-for-act'
import { grantNotices } from '../../identity/approvals/request-grant'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { sealText } from '../../platform/audit/text'
import type { Role } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { changeUser } from './change-user'
import { scheduleRemoval } from './schedule-removal'
import { findTarget, type Target } from './target'

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
  const target = await findTarget(deps, session, userId)
  if (target.role === role || target.status !== 'active') throw problem('user_state')
  if (role === 'admin') {
    return { ...(await askForGrant(deps, session, target, reason)), waitsFor: 'approval' }
  }
  if (target.role === 'admin') {
    const removal = { kind: 'demote_admin', role, reason } as const
    return { ...(await scheduleRemoval(deps, session, target, removal)), waitsFor: 'day' }
  }
  await changeUser(deps, session, target, {
    event: 'user_role_changed',
    data: { from: target.role, to: role },
    text: await sealText(deps, userId, { reason }),
    set: { role },
    when: sql`subject.role = ${target.role} AND subject.status = 'active'`,
  })
  await notifyOwner(deps, target, {
    template: 'role_changed',
    data: { role, reason, time: deps.now() },
  })
  return undefined
}

async function askForGrant(
  deps: Deps,
  session: CurrentSession,
  { id, email }: Target,
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
