import { sql } from 'drizzle-orm'
import { mailedLink } from '../../identity/accounts/mailed-link'
import { adminNotices } from '../../identity/accounts/notify-admins'
import { ownerNotices } from '../../identity/accounts/notify-owner'
import { askForAct, newAct, type ScheduledAct } from '../../identity/approvals/ask-for-act'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { sealText } from '../../platform/audit/text'
import { randomToken } from '../../platform/crypto/token'
import type { Role } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { maskAddress } from '../../platform/email/header-safety'
import type { Target } from './target'

type Removal = Readonly<{ reason: string }> &
  (Readonly<{ kind: 'demote_admin'; role: Role }> | Readonly<{ kind: 'disable_admin' }>)

/**
 * Asks that an admin be demoted or disabled. It is done once another admin approves, or after a day
 * in which the target can stop it by the link mailed now, and any other admin in a session: one
 * stolen session must not be left as the only admin (decision 013).
 *
 * An admin who is frozen or closing the account keeps the role, so it waits for them as well.
 */
export async function scheduleRemoval(
  deps: Deps,
  session: CurrentSession,
  target: Target,
  { reason, ...removal }: Removal,
): Promise<ScheduledAct> {
  const { id: userId, email } = target
  const [act, token, time] = [newAct(deps), randomToken(), deps.now()]
  const { dueAt } = act
  const role = 'role' in removal ? removal.role : null
  const askedBy = maskAddress(session.user.email)
  const data = { role, dueAt, askedBy, reason, time }
  const link = mailedLink(deps, 'keep-admin', token)
  const mails = await Promise.all([
    ownerNotices(deps, target, {
      template: 'admin_removal_scheduled',
      data: { ...data, link },
      expiresAt: dueAt.getTime(),
    }),
    adminNotices(
      deps,
      { template: 'admin_removal_waiting', data: { ...data, address: maskAddress(email) } },
      { but: [session.user.id, userId] },
    ),
  ])
  const stopLinks = [{ userId, token }]
  const text = await sealText(deps, userId, { reason })
  const asked = { ...act, ...removal, reason, text, mails: mails.flat(), stopLinks }
  const isPossible = sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND role = 'admin'
    AND status <> 'disabled')`
  await askForAct(deps, session, { ...asked, userId: sql`${userId}` }, isPossible)
  return act
}
