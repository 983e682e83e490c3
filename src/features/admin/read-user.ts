import { and, eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import { selectLinks } from '../../identity/accounts/find-link'
import { linksOf } from '../../identity/accounts/links'
import { actColumns, actEntry, waitingAct } from '../../identity/approvals/list-acts'
import { isStandingAct } from '../../identity/approvals/standing-acts'
import { limiterOf } from '../../identity/attempts/limiter-of'
import { namesOf } from '../../identity/attempts/lock-record'
import { countBackupCodes } from '../../identity/factors/backup-codes'
import { isLive } from '../../identity/sessions/list-sessions'
import { callStore } from '../../platform/call-store'
import { pendingActs } from '../../platform/db/admin-schema'
import { batch } from '../../platform/db/batch'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import { roles, users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { columns, entryOf, userEntry } from './list-users'

const time = z.iso.datetime()

/**
 * An account with what an admin needs to help: numbers of factors and sessions, never what they
 * are.
 */
export const userDetails = userEntry.extend({
  authenticators: z.int(),
  backup_codes_left: z.int(),
  sessions: z.int().describe('Live ones'),
  locked_until: time
    .nullable()
    .describe('For browsers that have never signed in: the account, or one of its names'),
  stopped: z
    .array(z.enum(['password', 'email', 'totp', 'backup_code']))
    .describe('Off after a hundred failures in a row, until a reset or an unlock'),
  invitation: z
    .object({ role: z.enum(roles), expires_at: time })
    .nullable()
    .describe('That has not been accepted'),
  waiting: z.array(waitingAct),
})

export async function readUser(
  deps: Pick<Deps, 'db' | 'now' | 'accountGuards' | 'patience'>,
  userId: string,
): Promise<z.output<typeof userDetails>> {
  const { db } = deps
  const now = deps.now()
  const [user] = await db
    .select({ ...columns, emailKey: users.emailKey, usernameKey: users.usernameKey })
    .from(users)
    .where(eq(users.id, userId))
  if (!user) throw problem('not_found', { reason: 'no such user' })
  const names = namesOf(user)
  const [locks, nameLocks, rows] = await Promise.all([
    callStore(deps, 'guard', () => limiterOf(deps, { userId }).locks(now.getTime())),
    Promise.all(
      names.map((name) =>
        callStore(deps, 'guard', () => limiterOf(deps, { name }).locks(now.getTime())),
      ),
    ),
    batch(db, {
      apps: db
        .select({ count: sql<number>`count(*)` })
        .from(totpAuthenticators)
        .where(sql`user_id = ${userId} AND confirmed_at IS NOT NULL`),
      codes: countBackupCodes({ db }, userId),
      live: db
        .select({ count: sql<number>`count(*)` })
        .from(sessions)
        .where(and(eq(sessions.userId, userId), isLive(deps, user.role))),
      invitations: selectLinks(
        deps,
        sql`${linksOf(userId, 'invite')} AND expires_at > ${now.getTime()}`,
      ),
      acts: db
        .select(actColumns)
        .from(pendingActs)
        .where(
          sql`user_id = ${userId} AND state = 'waiting' AND ${isStandingAct(deps, 'pending_acts')}`,
        ),
    }),
  ])
  const [invitation] = rows.invitations
  const lockedUntil = Math.max(...[locks, ...nameLocks].map(({ lockedUntil: until }) => until ?? 0))
  return {
    ...entryOf(user),
    authenticators: rows.apps[0]?.count ?? 0,
    backup_codes_left: rows.codes[0]?.left ?? 0,
    sessions: rows.live[0]?.count ?? 0,
    locked_until: lockedUntil === 0 ? null : new Date(lockedUntil).toISOString(),
    stopped: locks.stopped,
    invitation: invitation
      ? { role: invitedAs(invitation.data), expires_at: invitation.expiresAt.toISOString() }
      : null,
    waiting: rows.acts.map(actEntry),
  }
}

const invitedAs = (data: string | null) =>
  z.object({ role: z.enum(roles) }).parse(JSON.parse(data ?? 'null')).role
