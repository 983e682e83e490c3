import { eq } from 'drizzle-orm'
import { issueDevice } from '../../src/identity/attempts/device-token'
import { limiterOf } from '../../src/identity/attempts/limiter-of'
import { currentEpoch } from '../../src/identity/credentials/session-epoch'
import { createSession } from '../../src/identity/sessions/create-session'
import { hashPassword } from '../../src/platform/crypto/password-hash'
import { randomId } from '../../src/platform/crypto/token'
import { type Role, users } from '../../src/platform/db/schema'
import type { Deps } from '../../src/platform/deps'
import { DEVICE_COOKIE, SESSION_COOKIE } from '../../src/platform/http/cookies'
import { emailKey } from '../../src/platform/text/email-key'
import { usernameKey } from '../../src/platform/text/username'

export type Account = { email: string; username: string; password: string }

/**
 * Stores an account as a sign-up and its confirmed link leave it: a row, and neither mail nor
 * event.
 */
export async function insertAccount(deps: Deps, account: Account, role: Role): Promise<string> {
  const { email, username, password } = account
  const id = randomId('usr')
  await deps.db.insert(users).values({
    id,
    email,
    emailKey: emailKey(email),
    username,
    usernameKey: usernameKey(username),
    role,
    status: 'active',
    passwordHash: await hashPassword(deps.settings.PASSWORD_PEPPER, password, deps.passwordCost),
    createdAt: deps.now(),
    emailVerifiedAt: deps.now(),
  })
  return id
}

export type SessionOptions = Readonly<{
  transport?: 'bearer' | 'cookie'
  secondFactor?: 'email' | 'totp'
}>

/**
 * Opens a session from a new browser as both steps of a login do, without their requests and mails.
 */
export async function openSession(
  deps: Deps,
  userId: string,
  { transport = 'bearer', secondFactor = 'email' }: SessionOptions = {},
) {
  const [user] = await deps.db
    .select({
      role: users.role,
      securityEpoch: users.securityEpoch,
      sessionEpoch: currentEpoch,
    })
    .from(users)
    .where(eq(users.id, userId))
  if (!user) throw new Error(`no user ${userId}`)
  const device = issueDevice(deps, userId, [])
  const login = { userId, transport, firstFactor: 'pwd', secondFactor, ...user } as const
  const session = await createSession(deps, { ...login, deviceHash: device.hash })
  if (!session) throw new Error(`no session for ${userId}`)
  const now = deps.now().getTime()
  const { securityEpoch: epoch } = user
  await limiterOf(deps, { userId }).remember({ device: device.hash, epoch }, now)
  const isBearer = session.transport === 'bearer'
  return {
    userId,
    sessionId: session.sessionId,
    accessToken: isBearer ? session.access.token : '',
    refreshToken: isBearer ? session.refreshToken : '',
    sessionCookie: isBearer ? undefined : `${SESSION_COOKIE}=${session.cookie}`,
    deviceCookie: `${DEVICE_COOKIE}=${device.token}`,
  }
}
