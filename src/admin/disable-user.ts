import { sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { problem } from '../problems'
import type { CurrentSession } from '../sessions/find-session'
import { notifyOwner } from '../users/notify-owner'
import type { ScheduledAct } from './ask-for-act'
import { changeUser } from './change-user'
import { scheduleRemoval } from './schedule-removal'
import { findSubject } from './subject'

/**
 * Disables an account: from the next request on, nothing of it works. The invitation to it ends, and so do
 * those that it has sent as an admin: an intruder may have. An admin is disabled by two, or after a
 * day (schedule-removal.ts): then it answers with what waits.
 */
export async function disableUser(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: { userId: string; reason: string },
): Promise<ScheduledAct | undefined> {
  const subject = await findSubject(deps, session, userId)
  if (subject.status === 'disabled') throw problem('user_state')
  if (subject.role === 'admin') {
    return scheduleRemoval(deps, session, subject, { kind: 'disable_admin', reason })
  }
  await changeUser(deps, session, subject, {
    event: 'user_disabled',
    data: { reason },
    set: { status: 'disabled' },
    when: sql`subject.status <> 'disabled' AND subject.role <> 'admin'`,
  })
  // An address that was never confirmed may be a stranger's.
  if (!subject.emailVerifiedAt) return undefined
  await notifyOwner(deps, subject, {
    template: 'account_disabled',
    data: { reason, time: deps.now() },
  })
  return undefined
}

/**
 * Lets an account work again. One that was an admin's comes back as a customer's: whoever could bring
 * an admin back alone could do without the approval of a second one.
 *
 * What its owner has frozen stays frozen until the password is reset by mail. Where that mail would go to an
 * intruder, since the owner's address could not be brought back (users/not-me.ts), it is not enabled.
 */
export async function enableUser(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: { userId: string; reason: string },
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  const { status, frozenAt, emailVerifiedAt } = subject
  if (status !== 'disabled' || (frozenAt && !emailVerifiedAt)) throw problem('user_state')
  await changeUser(deps, session, subject, {
    event: 'user_enabled',
    data: { reason },
    set: {
      status: sql`CASE WHEN email_verified_at IS NULL THEN 'pending' ELSE 'active' END`,
      role: sql`CASE WHEN role = 'admin' THEN 'customer' ELSE role END`,
    },
    when: sql`subject.status = 'disabled'
      AND (subject.frozen_at IS NULL OR subject.email_verified_at IS NOT NULL)`,
  })
  if (!emailVerifiedAt) return
  await notifyOwner(deps, subject, {
    template: 'account_enabled',
    data: { reason, time: deps.now() },
  })
}
