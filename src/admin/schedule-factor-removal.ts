import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import { sealText } from '../audit/text'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { randomId, randomToken, sha256 } from '../crypto/token'
import { pendingActs } from '../db/admin-schema'
import { insertWhere } from '../db/insert-where'
import { mailedTokens } from '../db/schema'
import { insertWaiting, type WaitingMail } from '../email/enqueue'
import { problem } from '../problems'
import type { CurrentSession } from '../sessions/find-session'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { hasStrongFactor } from '../two-factor/strong-factors'
import { mailedLink } from '../users/mailed-link'
import { ownerNotices } from '../users/notify-owner'
import { findSubject } from './subject'

/** How long the owner can stop it: whoever talks an admin into it must not be done before the owner reads mail. */
const DELAY_MS = 86_400_000

export type ScheduledRemoval = Readonly<{ actId: string; dueAt: Date }>

/**
 * Schedules that an account loses its second factors, for an owner who has lost them: in a day, and only
 * if the link that is mailed to the owner now is not used (jobs/run-pending-acts.ts).
 */
export async function scheduleFactorRemoval(
  deps: Deps,
  session: CurrentSession,
  { userId, reason }: { userId: string; reason: string },
): Promise<ScheduledRemoval> {
  const subject = await findSubject(deps, session, userId)
  if (subject.status !== 'active') throw problem('user_state')
  const dueAt = new Date(deps.now().getTime() + DELAY_MS)
  const [actId, token] = [randomId('act'), randomToken()]
  const data = { link: mailedLink(deps, 'stop-act', token), dueAt, reason, time: deps.now() }
  const notice = { template: 'factor_removal_scheduled', data, expiresAt: dueAt.getTime() } as const
  const mails = await ownerNotices(deps, subject, notice)
  const removal = { userId, reason, actId, token, dueAt, mails }
  const isMade = await insertRemoval(deps, session, removal)
  if (!isMade) throw problem('user_state', { reason: 'no factor, or scheduled already' })
  return { actId, dueAt }
}

/** One batch: the day to stop it is none while the owner does not know of it. */
async function insertRemoval(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  session: CurrentSession,
  removal: ScheduledRemoval & {
    userId: string
    reason: string
    token: string
    mails: readonly WaitingMail[]
  },
): Promise<boolean> {
  const { userId, reason, actId, token, dueAt, mails } = removal
  const actor = session.user.id
  const isPossible = sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND status = 'active')
    AND ${hasStrongFactor(userId)}
    AND NOT EXISTS (SELECT 1 FROM pending_acts WHERE user_id = ${userId}
      AND kind = 'remove_factors' AND state = 'waiting')`
  const isMade = sql`EXISTS (SELECT 1 FROM pending_acts WHERE id = ${actId})`
  const { db } = deps
  const possible = await db
    .select({ one: sql`1` })
    .from(sql`(SELECT 1)`)
    .where(isPossible)
  // Before the batch, which would use the step-up up for nothing.
  if (possible.length === 0) return false
  const text = await sealText(deps, userId, { reason })
  const { made, used } = await batch(db, {
    made: insertWhere(
      db,
      pendingActs,
      {
        id: actId,
        kind: 'remove_factors',
        userId,
        requestedBy: actor,
        reason,
        createdAt: deps.now().getTime(),
        dueAt: dueAt.getTime(),
        state: 'waiting',
      },
      sql`${maySensitively(deps, session)} AND ${isPossible}`,
    ).returning({ id: pendingActs.id }),
    event: recordEvent(
      deps,
      {
        event: 'user_factor_removal_scheduled',
        userId,
        actor,
        sessionId: session.id,
        data: { act: actId, due_at: dueAt.toISOString() },
        text,
      },
      isMade,
    ),
    link: db.insert(mailedTokens).select(
      sql`SELECT ${sha256(token)}, ${userId}, 'stop_act', json_object('act', ${actId}),
          ${dueAt.getTime()} WHERE ${isMade}`,
    ),
    mails: insertWaiting(deps, mails, isMade),
    used: useStepUp(deps, session),
  })
  requireUsed(used)
  return made.length > 0
}
