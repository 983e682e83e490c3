import type { Notice } from '../identity/accounts/notify-owner'
import { batch } from '../platform/db/batch'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import type { CurrentSession } from '../sessions/find-session'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { actOnUsers, type UserAct } from './act-on-users'
import { byStepUp } from './authority'
import { type Change, changeStatements, isPossibleFor } from './change-statements'
import type { Refusals, Subject } from './subject'

/**
 * Does so at the word of an admin: one batch, in which nothing happens unless the admin's session
 * still stands, the step-up is there, and the account is as expected.
 */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  subject: Subject,
  change: Change,
): Promise<void> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { changed, used } = await batch(deps.db, {
    ...changeStatements(deps, who, subject, change, maySensitively(deps, session)),
    used: useStepUp(deps, session),
  })
  requireUsed(used)
  if (changed.length === 0) throw problem('user_state', { reason: 'changed meanwhile' })
}

/**
 * Does so to each account of a list, at the word of an admin; `changeOf` says what, or throws what
 * speaks against it.
 */
export async function changeUsers(
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
  changeOf: (subject: Subject) => Omit<Change, 'text'> & { notice: Notice },
): Promise<Refusals> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { refusals } = await actOnUsers(deps, session, {
    userIds,
    reason,
    authority: byStepUp(deps, session),
    plan: (subject, may, text) => {
      const { notice, ...change } = { ...changeOf(subject), text }
      const when = isPossibleFor(subject, change.when, may)
      return {
        statements: changeStatements(deps, who, subject, change, may),
        // An address that was never confirmed may be a stranger's.
        ...(subject.emailVerifiedAt && { mail: { notice, when } }),
      }
    },
    isDone: ({ changed }) => changed.length > 0,
  })
  return refusals
}
