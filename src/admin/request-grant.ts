import type { SQL } from 'drizzle-orm'
import { adminNotices } from '../identity/accounts/notify-admins'
import type { Deps } from '../platform/deps'
import type { WaitingMail } from '../platform/email/enqueue'
import { maskAddress } from '../platform/email/header-safety'
import type { CurrentSession } from '../sessions/find-session'
import { askStatements, newAct, type ScheduledAct } from './ask-for-act'

/** A grant that waits for another admin, who has until its day to approve. */
export type WaitingGrant = ScheduledAct

export const newGrant = newAct

/** The statements that ask for a second admin, if `when` holds (`askStatements`). */
export const requestGrant = (
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  grant: WaitingGrant & {
    userId: SQL
    reason: string
    mails: readonly WaitingMail[]
  },
  when: SQL,
) => askStatements(deps, session, { ...grant, kind: 'grant_admin', role: 'admin' }, when)

/** The mails to the other admins, of whom one must approve. */
export function grantNotices(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller' | 'patience'>,
  session: CurrentSession,
  { email, reason, dueAt }: WaitingGrant & { email: string; reason: string | null },
): Promise<WaitingMail[]> {
  const [address, askedBy] = [maskAddress(email), maskAddress(session.user.email)]
  const data = { address, askedBy, reason, approveBefore: dueAt, time: deps.now() }
  const notice = { template: 'admin_grant_waiting', data } as const
  return adminNotices(deps, notice, { but: [session.user.id] })
}
