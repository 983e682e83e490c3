import { and, eq, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomId } from '../crypto/token'
import { knownDevices, sessions, users } from '../db/schema'
import { assuranceOf, type FirstFactor, type SecondFactor } from './assurance'
import { accessTokenFor, type AccessToken } from './access-token'
import { lifetimes, type Role } from './lifetimes'
import { sessionExists } from './session-ref'
import { secretFor } from './session-secret'

export type NewSession = Readonly<{
  userId: string
  /** As it was when the login began: a change of password, address, role or factor since then ends it. */
  securityEpoch: number
  role: Role
  transport: 'bearer' | 'cookie'
  firstFactor: FirstFactor
  secondFactor: SecondFactor
  deviceHash: string
}>

export type OpenedSession = Readonly<{
  sessionId: string
  user: { email: string; locale: string }
  isNewDevice: boolean
  isFirstDevice: boolean
}> &
  (
    | { transport: 'bearer'; access: AccessToken; refreshToken: string }
    | { transport: 'cookie'; cookie: string }
  )

/** The browsers that an account remembers; the one unseen for longest makes room. */
const MAX_KNOWN_DEVICES = 20

/**
 * Opens a session, the only function that can: it takes both steps of the login, and the table refuses
 * a row without them. `undefined` when the user has been disabled or changed since the first step.
 *
 * One batch: the session is inserted only if its user is still as the login found it, and everything
 * after it only if the session exists.
 */
export async function createSession(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  login: NewSession,
): Promise<OpenedSession | undefined> {
  const { db, caller } = deps
  const now = deps.now()
  const { userId, transport, firstFactor, secondFactor, deviceHash } = login
  const sessionId = randomId('ses')
  const kind = transport === 'bearer' ? 'refresh' : 'cookie'
  const { token, secretHash } = secretFor(deps.settings, kind, { userId, sessionId })
  const ms = now.getTime()
  const expiresAt = ms + lifetimes[login.role].absoluteSeconds * 1000
  const opened = sessionExists({ userId, sessionId })

  const [devicesBefore, , , , , , [user]] = await db.batch([
    db
      .select({
        known: sql<number>`count(*)`,
        same: sql<number>`coalesce(sum(${knownDevices.deviceHash} = ${deviceHash}), 0)`,
      })
      .from(knownDevices)
      .where(eq(knownDevices.userId, userId)),
    db.insert(sessions).select(sql`
      SELECT id, ${sessionId}, ${transport}, ${secretHash}, NULL, NULL, NULL,
        ${firstFactor}, ${secondFactor}, ${ms}, ${ms}, ${ms}, ${expiresAt},
        ${caller.ip}, ${caller.country}, ${caller.userAgent}
      FROM users
      WHERE id = ${userId} AND status = 'active' AND role = ${login.role}
        AND security_epoch = ${login.securityEpoch}`),
    db
      .update(users)
      .set({ lastLoginAt: now })
      .where(and(eq(users.id, userId), opened)),
    db
      .insert(knownDevices)
      .select(
        sql`SELECT ${userId}, ${deviceHash}, ${caller.userAgent}, ${caller.country}, ${ms}, ${ms}
          WHERE ${opened}`,
      )
      .onConflictDoUpdate({
        target: [knownDevices.userId, knownDevices.deviceHash],
        set: { lastSeenAt: now, userAgent: caller.userAgent, country: caller.country },
      }),
    db.delete(knownDevices).where(
      sql`${knownDevices.userId} = ${userId} AND ${knownDevices.deviceHash} IN (
        SELECT device_hash FROM known_devices WHERE user_id = ${userId}
        ORDER BY last_seen_at DESC, device_hash LIMIT -1 OFFSET ${MAX_KNOWN_DEVICES})`,
    ),
    recordEvent(
      deps,
      {
        event: 'authn_login_success',
        userId,
        actor: userId,
        sessionId,
        data: { first: firstFactor, second: secondFactor, transport },
      },
      opened,
    ),
    db
      .select({ email: users.email, locale: users.locale })
      .from(users)
      .where(and(eq(users.id, userId), opened)),
  ])
  if (!user) return undefined
  const [devices] = devicesBefore
  const isNewDevice = !devices?.same
  const result = { sessionId, user, isNewDevice, isFirstDevice: !devices?.known }
  if (transport === 'cookie') return { ...result, transport, cookie: token }
  const access = await accessTokenFor(deps, {
    id: sessionId,
    user: { id: userId, role: login.role },
    authTime: now,
    ...assuranceOf(firstFactor, secondFactor),
  })
  return { ...result, transport, access, refreshToken: token }
}
