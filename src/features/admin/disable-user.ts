import { sql } from 'drizzle-orm'
import type { ScheduledAct } from '../../identity/approvals/ask-for-act'
import type { CurrentSession } from '../../identity/credentials/find-session'
import type { Deps } from '../../platform/deps'
import { problem, problemCode } from '../../platform/problems'
import { requireDone, type UserAct } from './act-on-users'
import { changeUsers } from './change-user'
import { scheduleRemoval } from './schedule-removal'
import { findTarget, type Refusals } from './target'

type OneUserAct = Readonly<{ userId: string; reason: string }>

/**
 * Disables one account. An admin is disabled by two, or after a day (schedule-removal.ts): then it
 * answers with what waits.
 */
export async function disableUser(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: OneUserAct,
): Promise<ScheduledAct | undefined> {
  const refusal = (await disableUsers(deps, session, { userIds: [userId], reason })).get(userId)
  if (!refusal) return undefined
  if (problemCode(refusal) !== 'needs_another_admin') throw refusal
  const target = await findTarget(deps, session, userId)
  return scheduleRemoval(deps, session, target, { kind: 'disable_admin', reason })
}

/**
 * Disables accounts, none of which is an admin's: from the next request on, nothing of them works.
 * The invitation to an account ends.
 */
export const disableUsers = (
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
): Promise<Refusals> =>
  changeUsers(deps, session, { userIds, reason }, ({ role, status }) => {
    if (status === 'disabled') throw problem('user_state')
    if (role === 'admin') throw problem('needs_another_admin')
    return {
      event: 'user_disabled',
      set: { status: 'disabled' },
      when: sql`subject.status <> 'disabled' AND subject.role <> 'admin'`,
      notice: { template: 'account_disabled', data: { reason, time: deps.now() } },
    }
  })

/**
 * Lets accounts work again. One that was an admin's comes back as a customer's: an admin who could
 * bring another back alone could do without the approval of a second one.
 *
 * What its owner has frozen stays frozen until the password is reset by mail. Where that mail would
 * go to an intruder, since the owner's address could not be brought back
 * (features/email-change/not-me.ts), it is not enabled.
 */
export const enableUsers = (
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
): Promise<Refusals> =>
  changeUsers(deps, session, { userIds, reason }, ({ role, status, frozenAt, emailVerifiedAt }) => {
    if (status !== 'disabled' || (frozenAt && !emailVerifiedAt)) throw problem('user_state')
    return {
      event: 'user_enabled',
      set: {
        status: sql`CASE WHEN email_verified_at IS NULL THEN 'pending' ELSE 'active' END`,
        ...(role === 'admin' && { role: 'customer' }),
      },
      when: sql`subject.status = 'disabled' AND subject.role = ${role}
        AND (subject.frozen_at IS NULL OR subject.email_verified_at IS NOT NULL)`,
      notice: { template: 'account_enabled', data: { reason, time: deps.now() } },
    }
  })

export const enableUser = async (
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: OneUserAct,
): Promise<void> => requireDone(await enableUsers(deps, session, { userIds: [userId], reason }))
