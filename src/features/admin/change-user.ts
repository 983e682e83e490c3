import type { Notice } from '../../identity/accounts/notify-owner'
import { byStepUp } from '../../identity/approvals/authority'
import {
  type Change,
  changeStatements,
  isPossibleFor,
} from '../../identity/approvals/change-statements'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { actOnUsers, type UserAct } from './act-on-users'
import type { Refusals, Target } from './target'

/**
 * Does so at the word of an admin: one batch, in which nothing happens unless the admin's session
 * still stands, the step-up is there, and the account is as expected.
 */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  target: Target,
  change: Change,
): Promise<void> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { changed, used } = await batch(deps.db, {
    ...changeStatements(deps, who, target, change, hasFreshStepUp(deps, session)),
    used: consumeStepUp(deps, session),
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
  changeOf: (target: Target) => Omit<Change, 'text'> & { notice: Notice },
): Promise<Refusals> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { refusals } = await actOnUsers(deps, session, {
    userIds,
    reason,
    authority: byStepUp(deps, session),
    plan: (target, may, text) => {
      const { notice, ...change } = { ...changeOf(target), text }
      const when = isPossibleFor(target, change.when, may)
      return {
        statements: changeStatements(deps, who, target, change, may),
        // An address that was never confirmed may be a stranger's.
        ...(target.emailVerifiedAt && { mail: { notice, when } }),
      }
    },
    isDone: ({ changed }) => changed.length > 0,
  })
  return refusals
}
