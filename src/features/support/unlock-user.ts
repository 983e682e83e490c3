import { byStepUp } from '../../identity/approvals/authority'
import { limiterOf } from '../../identity/attempts/limiter-of'
import { dropLocks, namesOf } from '../../identity/attempts/lock-record'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'
import { actOnUsers, forEachOf, type UserAct } from '../admin/act-on-users'
import type { Refusals } from '../admin/target'

/**
 * Ends locks, counts of failures and stopped factors, as a reset by the owner does. It takes a
 * step-up, or a stolen session would take the limit off every password. The owner is told before it
 * happens: what cannot be told does not happen.
 */
export async function unlockUsers(
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
): Promise<Refusals> {
  const who = { actor: session.user.id, sessionId: session.id }
  const notice = { template: 'account_unlocked', data: { reason, time: deps.now() } } as const
  const { done, refusals } = await actOnUsers(deps, session, {
    userIds,
    reason,
    authority: byStepUp(deps, session),
    plan: ({ id: userId, emailVerifiedAt }, may, text) => ({
      statements: {
        event: recordEvent(deps, { event: 'user_unlocked', userId, ...who, text }, may),
      },
      // An address that was never confirmed may be a stranger's.
      ...(emailVerifiedAt && { mail: { notice, when: may } }),
    }),
    isDone: ({ event }) => event.meta.changes > 0,
  })
  await forEachOf(deps, done, refusals, (target) =>
    Promise.all([
      callStore(deps, 'guard', () => limiterOf(deps, { userId: target.id }).unlock()),
      dropLocks(deps, namesOf(target)),
    ]),
  )
  return refusals
}
