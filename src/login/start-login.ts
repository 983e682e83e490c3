import { and, eq } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { DUMMY_HASH, hashPassword, verifyPassword } from '../crypto/password-hash'
import { users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { problem, tooMany } from '../problems'
import { reach } from '../reach'
import type { LoginIdentifier } from '../users/email-key'
import { type Method, newChallengeToken, newCode, putChallenge } from './challenge'
import { deviceHashOf, readDeviceCookie } from './device-cookie'
import { findLock } from './lock-record'
import { refusePassword } from './refuse-password'
import { sendCode } from './send-code'

export type LoginStarted = Readonly<{
  challenge: string
  methods: readonly Method[]
  defaultMethod: Method
  expiresInSeconds: number
}>

/**
 * The first step of a login: checks the password and sends the code of the second.
 *
 * A name that nobody has costs the same work as a wrong password, counts, locks and answers alike, so
 * neither words nor time tell which accounts exist. What is wrong with an account itself is said only
 * to those who know its password.
 */
export async function startLogin(
  deps: Deps,
  input: {
    identifier: LoginIdentifier
    password: string
    transport: 'bearer' | 'cookie'
    deviceCookie: string | undefined
  },
): Promise<LoginStarted> {
  const { identifier, password, transport } = input
  const now = deps.now().getTime()
  const [lockedUntil, user] = await Promise.all([
    findLock(deps, identifier),
    findUser(deps, identifier),
  ])
  const nonce = user && readDeviceCookie(deps, user.id, input.deviceCookie)
  if (lockedUntil !== undefined && !nonce)
    throw tooMany('too_many_attempts', (lockedUntil - now) / 1000)

  const account = user
    ? { userId: user.id }
    : { unknownName: `${identifier.kind}:${identifier.key}` }
  using reservation = await reach('guard', () =>
    guardOf(deps, account).reservePassword({
      device: nonce ? deviceHashOf(nonce) : null,
      isKnown: user !== undefined,
      now,
    }),
  )
  const { attempt, retryAfterSeconds } = reservation
  if (!attempt) throw tooMany('too_many_attempts', retryAfterSeconds)

  const { PASSWORD_PEPPER } = deps.settings
  const check = await verifyPassword(PASSWORD_PEPPER, password, user?.passwordHash ?? DUMMY_HASH)
  if (!user || !check.matches) {
    const outcome = await reach('guard', () => attempt.fail())
    await refusePassword(deps, {
      identifier,
      user,
      lockedUntil: outcome.lockedUntil,
      isKnownDevice: reservation.isKnownDevice,
    })
    throw problem('invalid_credentials', { reason: user ? 'wrong password' : 'unknown name' })
  }
  await reach('guard', () => attempt.succeed())

  const refusal = refusalFor(user.status)
  const rehashed = check.needsRehash ? await hashPassword(PASSWORD_PEPPER, password) : undefined
  await deps.db.batch([
    recordEvent(deps, {
      event: refusal ? 'authn_login_blocked' : 'authn_password_success',
      userId: user.id,
      actor: user.id,
      ...(refusal && { data: { reason: refusal } }),
    }),
    ...(rehashed === undefined ? [] : [replaceHash(deps, user, rehashed)]),
  ])
  if (refusal) throw problem(refusal)
  return sendChallenge(deps, user, transport)
}

async function findUser(deps: Pick<Deps, 'db'>, { kind, key }: LoginIdentifier) {
  const [user] = await deps.db
    .select({
      id: users.id,
      email: users.email,
      emailKey: users.emailKey,
      usernameKey: users.usernameKey,
      locale: users.locale,
      role: users.role,
      status: users.status,
      passwordHash: users.passwordHash,
      securityEpoch: users.securityEpoch,
    })
    .from(users)
    .where(eq(kind === 'email' ? users.emailKey : users.usernameKey, key))
  return user
}

export type LoginUser = NonNullable<Awaited<ReturnType<typeof findUser>>>

/** Told only after the right password. */
function refusalFor(status: LoginUser['status']) {
  switch (status) {
    case 'active':
      return undefined
    case 'pending':
      return 'email_unverified'
    case 'disabled':
      return 'account_disabled'
  }
}

/** Brings a hash to today's cost and pepper, unless the password has been changed meanwhile. */
const replaceHash = (deps: Pick<Deps, 'db'>, user: LoginUser, passwordHash: string) =>
  deps.db
    .update(users)
    .set({ passwordHash })
    .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash)))

async function sendChallenge(
  deps: Deps,
  user: LoginUser,
  transport: 'bearer' | 'cookie',
): Promise<LoginStarted> {
  const { token, id } = newChallengeToken()
  const { code, codeHash } = newCode(deps, id)
  const expiresInSeconds = deps.settings.OTP_VALIDITY_PERIOD
  const sentAt = deps.now().getTime()
  const expiresAt = sentAt + expiresInSeconds * 1000
  await Promise.all([
    putChallenge(deps, id, {
      userId: user.id,
      securityEpoch: user.securityEpoch,
      role: user.role,
      transport,
      method: 'email',
      codeHash,
      sentAt,
      expiresAt,
    }),
    sendCode(deps, user, code, expiresAt),
  ])
  return { challenge: token, methods: ['email'], defaultMethod: 'email', expiresInSeconds }
}
