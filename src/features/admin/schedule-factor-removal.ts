import { sql } from 'drizzle-orm'
import { mailedLink } from '../../identity/accounts/mailed-link'
import { adminNotices } from '../../identity/accounts/notify-admins'
import { ownerNotices } from '../../identity/accounts/notify-owner'
import { askForAct, newAct, type ScheduledAct } from '../../identity/approvals/ask-for-act'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { hasStrongFactor } from '../../identity/factors/strong-factors'
import { sealText } from '../../platform/audit/text'
import { randomToken } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import { maskAddress } from '../../platform/email/header-safety'
import { problem } from '../../platform/problems'
import { findTarget } from './target'

/**
 * Schedules that an account loses its second factors, for an owner who has lost them: in a day, and
 * only if the link that is mailed to the owner now is not used. A caller who talks an admin into it
 * must not be done before the owner reads mail.
 *
 * Of an admin the other admins are told: without the app the mailbox is enough to be that admin.
 */
export async function scheduleFactorRemoval(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: { userId: string; reason: string },
): Promise<ScheduledAct> {
  const target = await findTarget(deps, session, userId)
  if (target.status !== 'active') throw problem('user_state')
  const [act, token] = [newAct(deps), randomToken()]
  const { dueAt } = act
  const data = { dueAt, reason, time: deps.now() }
  const mails = await Promise.all([
    ownerNotices(deps, target, {
      template: 'factor_removal_scheduled',
      data: { ...data, link: mailedLink(deps, 'stop-act', token) },
      expiresAt: dueAt.getTime(),
    }),
    target.role === 'admin' &&
      adminNotices(
        deps,
        {
          template: 'admin_factors_waiting',
          data: {
            ...data,
            address: maskAddress(target.email),
            askedBy: maskAddress(session.user.email),
          },
        },
        { but: [session.user.id, userId] },
      ),
  ])
  const text = await sealText(deps, userId, { reason })
  const removal = {
    ...act,
    kind: 'remove_factors',
    reason,
    text,
    mails: mails.flatMap((some) => some || []),
  } as const
  const isPossible = sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND status = 'active')
    AND ${hasStrongFactor(userId)}`
  const stopLinks = [{ userId, token }]
  await askForAct(deps, session, { ...removal, userId: sql`${userId}`, stopLinks }, isPossible)
  return act
}
