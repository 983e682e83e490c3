import { eq, sql } from 'drizzle-orm'
import { mayBeSent, selectScheduled, sendScheduled } from '../admin/invite-alone'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { pendingActs } from '../db/admin-schema'
import { mailedTokens, sessions, totpAuthenticators, users } from '../db/schema'
import { insertWaiting } from '../email/enqueue'
import { isAdmin } from '../roles/admins'
import { dropOrphanedCodes } from '../two-factor/strong-factors'
import { type ActKind, endActs } from '../users/end-acts'
import { type Owner, ownerColumns, ownerNotices } from '../users/notify-owner'
import { countFailed } from './count-failed'
import type { Counts } from './job'

/** Acts that one run does; the rest is due at the next. */
const ACTS = 50
/** How long what was decided stays to be looked up; its events stay longer. */
const KEPT_MS = 30 * 86_400_000

/**
 * Does what was scheduled and not stopped (admin/schedule-factor-removal.ts, admin/invite-alone.ts), if
 * whoever asked for it still is an admin. Closes what nobody has approved in time, and forgets what
 * was decided a month ago.
 */
export async function runPendingActs(deps: Deps): Promise<Counts> {
  const { db } = deps
  const now = deps.now()
  const due = await db
    .select({
      id: pendingActs.id,
      kind: pendingActs.kind,
      requestedBy: pendingActs.requestedBy,
      owner: ownerColumns,
    })
    .from(pendingActs)
    .innerJoin(users, eq(users.id, pendingActs.userId))
    .where(sql`state = 'waiting' AND (kind = 'remove_factors'
        OR kind = 'invite_admin' AND ${mayBeSent('pending_acts')}) AND due_at <= ${now.getTime()}
      AND ${isAdmin(sql`pending_acts.requested_by`)}`)
    .orderBy(pendingActs.dueAt)
    .limit(ACTS)
  const failed = await countFailed(due, (act) =>
    act.kind === 'invite_admin' ? sendScheduled(deps, act) : removeFactors(deps, act),
  )
  const closed = await closeOver(deps)
  await db
    .delete(pendingActs)
    .where(sql`state IN ('done', 'stopped') AND due_at <= ${now.getTime() - KEPT_MS}`)
  return { acts: due.length - failed, closed, failed }
}

/**
 * Closes what nobody approved, or was asked for by who is no admin any more, and an invitation that may
 * not be sent before its day: what stops for a while must not go on. How many there were.
 */
async function closeOver(deps: Deps): Promise<number> {
  const { db, now } = deps
  const isOver = sql`(act.due_at <= ${now().getTime()}
      AND (act.kind = 'grant_admin' OR NOT ${isAdmin(sql`act.requested_by`)})
    OR act.kind = 'invite_admin' AND NOT ${mayBeSent('act')})`
  const acts = await db.all<{ id: string; userId: string; kind: ActKind }>(
    sql`SELECT act.id, act.user_id AS userId, act.kind FROM pending_acts AS act
      WHERE act.id IN (
        SELECT id FROM pending_acts WHERE state = 'waiting' AND due_at <= ${now().getTime()}
        UNION ALL ${selectScheduled})
      AND +act.state = 'waiting' AND ${isOver} ORDER BY act.due_at LIMIT ${ACTS}`,
  )
  let closed = 0
  for (const { id, ...act } of acts) {
    const ended = { ...act, by: 'system', data: { act: id } }
    const [, rows] = await db.batch(endActs(deps, ended, sql`act.id = ${id} AND ${isOver}`))
    closed += rows.length
  }
  return closed
}

/**
 * One batch, with the mails that tell of it. The act is the last to change, so that all before it
 * see it waiting, once.
 */
async function removeFactors(deps: Deps, act: { id: string; owner: Owner }): Promise<void> {
  const { db } = deps
  const userId = act.owner.id
  const isDue = sql`EXISTS (SELECT 1 FROM pending_acts AS act WHERE act.id = ${act.id}
    AND act.state = 'waiting' AND act.due_at <= ${deps.now().getTime()}
    AND ${isAdmin(sql`act.requested_by`)})`
  const mine = sql`user_id = ${userId} AND ${isDue}`
  const notice = { template: 'factors_removed', data: { time: deps.now() } } as const
  const mails = await ownerNotices(deps, act.owner, notice)
  await batch(db, {
    event: recordEvent(
      deps,
      { event: 'user_factors_removed', userId, actor: 'system', data: { act: act.id } },
      isDue,
    ),
    mails: insertWaiting(deps, mails, isDue),
    apps: db.delete(totpAuthenticators).where(mine),
    codes: dropOrphanedCodes(deps, userId),
    sessions: db.delete(sessions).where(mine),
    // Of this act alone: a former admin may have the link that stops an invitation.
    links: db
      .delete(mailedTokens)
      .where(sql`purpose = 'stop_act' AND data ->> 'act' = ${act.id} AND ${mine}`),
    epoch: db
      .update(users)
      .set({ securityEpoch: sql`security_epoch + 1` })
      .where(sql`id = ${userId} AND ${isDue}`),
    act: db
      .update(pendingActs)
      .set({ state: 'done', decidedBy: 'system', decidedAt: deps.now() })
      .where(sql`id = ${act.id} AND ${isDue}`),
  })
}
