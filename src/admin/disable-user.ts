import { sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { problem } from '../problems'
import { hasOtherAdmin } from '../roles/admins'
import type { CurrentSession } from '../sessions/find-session'
import { requireDone, type UserAct } from './act-on-users'
import { changeUsers } from './change-user'
import type { Refusals, Subject } from './subject'

type OneUserAct = Readonly<{ userId: string; reason: string }>

/** Disables one account, an admin's too. */
export const disableUser = async (
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: OneUserAct,
): Promise<void> =>
  requireDone(
    await changeUsers(deps, session, { userIds: [userId], reason }, (subject) =>
      disabling(deps, subject, reason),
    ),
  )

/** Disables accounts, none of which is an admin's: that is done one at a time. */
export const disableUsers = (
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
): Promise<Refusals> =>
  changeUsers(deps, session, { userIds, reason }, (subject) => {
    if (subject.role === 'admin') throw problem('needs_another_admin')
    return disabling(deps, subject, reason)
  })

/**
 * From the next request on, nothing of the account works. The invitation to it ends, and so do those
 * that it has sent as an admin: an intruder may have.
 */
function disabling({ now }: Pick<Deps, 'now'>, { id, role, status }: Subject, reason: string) {
  if (status === 'disabled') throw problem('user_state')
  return {
    event: 'user_disabled',
    set: { status: 'disabled' },
    when: sql`subject.status <> 'disabled' AND subject.role = ${role}
      AND (subject.role <> 'admin' OR ${hasOtherAdmin(id)})`,
    notice: { template: 'account_disabled', data: { reason, time: now() } },
  } as const
}

/**
 * Lets accounts work again. One that was an admin's comes back as a customer's: an admin who could bring
 * another back alone could do without the approval of a second one.
 *
 * What its owner has frozen stays frozen until the password is reset by mail. Where that mail would go to an
 * intruder, since the owner's address could not be brought back (users/not-me.ts), it is not enabled.
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
