import { and, eq, gt, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { mailedTokens, pendingActs, roles, sessions, totpAuthenticators, users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { problem } from '../problems'
import { reach } from '../reach'
import { isLive } from '../sessions/list-sessions'
import { countBackupCodes } from '../two-factor/backup-codes'
import { columns, entryOf, userEntry } from './list-users'

const time = z.iso.datetime()

/** What waits for a second admin, or for its day. */
export const waitingAct = z.object({
  id: z.string(),
  user_id: z.string(),
  kind: z.enum(['grant_admin', 'remove_factors']),
  requested_by: z.string(),
  reason: z.string(),
  due_at: time,
})

/** An account with what an admin needs to help: numbers of factors and sessions, never what they are. */
export const userDetails = userEntry.extend({
  authenticators: z.int(),
  backup_codes_left: z.int(),
  sessions: z.int().describe('Live ones'),
  locked_until: time.nullable().describe('For browsers that have never signed in'),
  stopped: z
    .array(z.enum(['password', 'email', 'totp', 'backup_code']))
    .describe('Off after a hundred failures in a row, until a reset or an unlock'),
  invitation: z
    .object({ role: z.enum(roles), expires_at: time })
    .nullable()
    .describe('That has not been accepted'),
  waiting: z.array(waitingAct),
})

const actColumns = {
  id: pendingActs.id,
  userId: pendingActs.userId,
  kind: pendingActs.kind,
  requestedBy: pendingActs.requestedBy,
  reason: pendingActs.reason,
  dueAt: pendingActs.dueAt,
}
type Act = { [C in keyof typeof actColumns]: (typeof pendingActs.$inferSelect)[C] }

export async function readUser(
  deps: Pick<Deps, 'db' | 'now' | 'accountGuards'>,
  userId: string,
): Promise<z.output<typeof userDetails>> {
  const { db } = deps
  const now = deps.now()
  const [user] = await db.select(columns).from(users).where(eq(users.id, userId))
  if (!user) throw problem('not_found', { reason: 'no such user' })
  const [locks, [[apps], [codes], [live], [invitation], acts]] = await Promise.all([
    reach('guard', () => guardOf(deps, { userId }).locks(now.getTime())),
    db.batch([
      db
        .select({ count: sql<number>`count(*)` })
        .from(totpAuthenticators)
        .where(sql`user_id = ${userId} AND confirmed_at IS NOT NULL`),
      countBackupCodes({ db }, userId),
      db
        .select({ count: sql<number>`count(*)` })
        .from(sessions)
        .where(and(eq(sessions.userId, userId), isLive(deps, user.role))),
      db
        .select({ data: mailedTokens.data, expiresAt: mailedTokens.expiresAt })
        .from(mailedTokens)
        .where(
          and(
            eq(mailedTokens.userId, userId),
            eq(mailedTokens.purpose, 'invite'),
            gt(mailedTokens.expiresAt, now),
          ),
        ),
      db
        .select(actColumns)
        .from(pendingActs)
        .where(sql`user_id = ${userId} AND state = 'waiting'`),
    ]),
  ])
  return {
    ...entryOf(user),
    authenticators: apps?.count ?? 0,
    backup_codes_left: codes?.left ?? 0,
    sessions: live?.count ?? 0,
    locked_until: locks.lockedUntil === null ? null : new Date(locks.lockedUntil).toISOString(),
    stopped: locks.stopped,
    invitation: invitation
      ? { role: invitedAs(invitation.data), expires_at: invitation.expiresAt.toISOString() }
      : null,
    waiting: acts.map(actEntry),
  }
}

const invitedAs = (data: string | null) =>
  z.object({ role: z.enum(roles) }).parse(JSON.parse(data ?? 'null')).role

const actEntry = ({ userId, requestedBy, dueAt, ...act }: Act): z.output<typeof waitingAct> => ({
  ...act,
  user_id: userId,
  requested_by: requestedBy,
  due_at: dueAt.toISOString(),
})

/** What waits of all accounts, the next due first. */
export async function listWaiting({ db }: Pick<Deps, 'db'>) {
  const acts = await db
    .select(actColumns)
    .from(pendingActs)
    .where(eq(pendingActs.state, 'waiting'))
    .orderBy(pendingActs.dueAt)
    .limit(100)
  return { acts: acts.map(actEntry) }
}
