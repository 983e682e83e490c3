import { recordEvent } from '../audit/record'
import { sealText } from '../audit/text'
import type { Deps } from '../context'
import { guardOf } from '../durable/guard-of'
import { dropLocks, namesOf } from '../login/lock-record'
import { reach } from '../reach'
import type { CurrentSession } from '../sessions/find-session'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { notifyOwner } from '../users/notify-owner'
import { findSubject } from './subject'

/**
 * Ends locks, counts of failures and stopped factors, as a reset by the owner does. Each time takes a
 * step-up, or a stolen session would take the limit off every password. The owner is told before it
 * happens: what cannot be told does not happen.
 */
export async function unlockUser(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Readonly<{ userId: string; reason: string }>,
): Promise<void> {
  const subject = await findSubject(deps, session, userId)
  const text = await sealText(deps, userId, { reason })
  const [, used] = await deps.db.batch([
    recordEvent(
      deps,
      {
        event: 'user_unlocked',
        userId,
        actor: session.user.id,
        sessionId: session.id,
        text,
      },
      maySensitively(deps, session),
    ),
    useStepUp(deps, session),
  ])
  requireUsed(used)
  // An address that was never confirmed may be a stranger's.
  if (subject.emailVerifiedAt) {
    const data = { reason, time: deps.now() }
    await notifyOwner(deps, subject, { template: 'account_unlocked', data })
  }
  await Promise.all([
    reach(deps, 'guard', () => guardOf(deps, { userId }).unlock()),
    dropLocks(deps, namesOf(subject)),
  ])
}
