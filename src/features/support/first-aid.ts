import { sql } from 'drizzle-orm'
import { type Authority, bySession } from '../../identity/approvals/authority'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { isOfThisEpoch } from '../../identity/credentials/session-epoch'
import { requestReset } from '../../identity/mailbox/request-reset'
import { recordEvent } from '../../platform/audit/record'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem, problemCode } from '../../platform/problems'
import { actOnUsers, forEachOf, type UserAct } from '../admin/act-on-users'
import type { Refusals } from '../admin/target'

// What helps an owner and gives nobody any power. For one account it asks for no step-up; a list
// takes one, as a stolen session could end everybody's sessions by it.

/**
 * Mails links that set a new password. The admin never sees them. Refuses as `too_many_requests`
 * those whose owners are mailed no other link for now.
 */
export async function startResets(
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
  authority: Authority,
): Promise<Refusals> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { done, refusals } = await actOnUsers(deps, session, {
    userIds,
    reason,
    authority,
    plan: ({ id: userId, status, erasureDueAt }, may, text) => {
      if (status !== 'active' || erasureDueAt) throw problem('user_state')
      const event = { event: 'user_reset_started', userId, ...who, text } as const
      return { statements: { event: recordEvent(deps, event, may) } }
    },
    isDone: ({ event }) => event.meta.changes > 0,
  })
  // After the event, as the effect is in other stores: what leaves no trace does not happen.
  await forEachOf(deps, done, refusals, async ({ email }) => {
    const isGranted = await requestReset(deps, email, { admin: session.user.id })
    if (!isGranted) throw problem('too_many_requests', { reason: 'mails to this address' })
  })
  return refusals
}

/** The same for one account. Its answer does not tell whether there were too many mails. */
export async function startReset(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: Readonly<{ userId: string; reason: string }>,
): Promise<void> {
  const act = { userIds: [userId], reason }
  const refusals = await startResets(deps, session, act, bySession(deps, session))
  const refusal = refusals.get(userId)
  if (refusal && problemCode(refusal) !== 'too_many_requests') throw refusal
}

/** Ends all sessions of users, and tells those who had one. */
export async function endUserSessions(
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
  authority: Authority,
): Promise<Refusals> {
  const who = { actor: session.user.id, sessionId: session.id }
  const data = { reason, time: deps.now() }
  const notice = { template: 'sessions_ended_by_admin', data } as const
  const { refusals } = await actOnUsers(deps, session, {
    userIds,
    reason,
    authority,
    plan: ({ id: userId }, may, text) => {
      const theirs = sql`user_id = ${userId} AND ${isOfThisEpoch} AND ${may}`
      const event = { event: 'sessions_ended', userId, ...who, text } as const
      return {
        statements: {
          event: recordEvent(deps, event, may),
          sessions: deps.db.delete(sessions).where(theirs),
        },
        mail: { notice, when: sql`EXISTS (SELECT 1 FROM ${sessions} WHERE ${theirs})` },
      }
    },
    isDone: ({ event }) => event.meta.changes > 0,
  })
  return refusals
}
