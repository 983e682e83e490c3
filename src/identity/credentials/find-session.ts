import { and, eq, sql } from 'drizzle-orm'
import { buildOnce } from '../../platform/db/database'
import { users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { assuranceOf } from './assurance'
import { lifetimes } from './lifetimes'
import { isOfThisEpoch } from './session-epoch'
import type { SessionRef } from './session-ref'

/** A live session and the user it belongs to, as the database has them now. */
export type CurrentSession = NonNullable<Awaited<ReturnType<typeof findSession>>>

/**
 * Finds a session that is good at this moment: it exists, is of this epoch, neither its absolute
 * nor its idle time has passed, and its user is active. One query; asked anew for every request, so
 * that an end of session, a disabled user or a new role holds from the next request on.
 */
export async function findSession(deps: Pick<Deps, 'db' | 'now'>, ref: SessionRef) {
  const row = await sessionQuery(deps.db).get(ref)
  if (!row) return undefined
  const now = deps.now().getTime()
  const idleEnd = row.lastUsedAt.getTime() + lifetimes[row.user.role].idleSeconds * 1000
  if (now >= row.expiresAt.getTime() || now >= idleEnd) return undefined
  return { ...row, ...assuranceOf(row.firstFactor, row.secondFactor) }
}

/** The query of every authenticated request. */
const sessionQuery = buildOnce((db) =>
  db
    .select({
      id: sessions.id,
      transport: sessions.transport,
      secretHash: sessions.secretHash,
      previousHash: sessions.previousHash,
      rotationSalt: sessions.rotationSalt,
      rotatedAt: sessions.rotatedAt,
      firstFactor: sessions.firstFactor,
      secondFactor: sessions.secondFactor,
      authTime: sessions.authTime,
      lastUsedAt: sessions.lastUsedAt,
      expiresAt: sessions.expiresAt,
      steppedUpAt: sessions.steppedUpAt,
      deviceHash: sessions.deviceHash,
      user: {
        id: users.id,
        email: users.email,
        notificationEmail: users.notificationEmail,
        username: users.username,
        displayName: users.displayName,
        locale: users.locale,
        role: users.role,
        status: users.status,
        createdAt: users.createdAt,
        emailVerifiedAt: users.emailVerifiedAt,
        lastLoginAt: users.lastLoginAt,
      },
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.userId, sql.placeholder('userId')),
        eq(sessions.id, sql.placeholder('sessionId')),
        isOfThisEpoch,
        eq(users.status, 'active'),
      ),
    )
    .prepare(),
)
