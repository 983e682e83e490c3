import { and, eq } from 'drizzle-orm'
import { recordCounted } from '../audit/counted'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { hashPassword } from '../crypto/password-hash'
import { users } from '../db/schema'
import { tryPassword } from '../passwords/try-password'
import { problem, tooMany } from '../problems'
import { currentEpoch } from '../sessions/session-epoch'
import { hasBackupCode, hasTotp } from '../two-factor/factors-of-user'
import type { LoginIdentifier } from '../users/email-key'
import { readDeviceCookie } from './device-cookie'
import { findLock } from './lock-record'
import { type ChallengeOpened, isCodeMailed, openChallenge, TOO_MANY_CODES } from './open-challenge'

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
): Promise<ChallengeOpened> {
  const { identifier, password, transport } = input
  const now = deps.now().getTime()
  const [lockedUntil, found] = await Promise.all([
    findLock(deps, identifier),
    findUser(deps, identifier),
  ])
  const nonce = found && readDeviceCookie(deps, found.id, input.deviceCookie)
  if (lockedUntil !== undefined && !nonce) {
    const event = { event: 'authn_login_blocked', userId: found?.id ?? null } as const
    await recordCounted(deps, { ...event, data: { reason: 'locked' } })
    throw tooMany('too_many_attempts', (lockedUntil - now) / 1000)
  }

  const { needsRehash, user, codeWaitSeconds } = await tryPassword(deps, {
    identifier,
    user: found,
    password,
    nonce,
    act: `login by ${identifier.kind}`,
    mailsCode: found !== undefined && refusalFor(found) === undefined && isCodeMailed(found),
  })
  const refusal = refusalFor(user)
  const reason = refusal ?? (codeWaitSeconds > 0 ? TOO_MANY_CODES : undefined)
  const rehashed = needsRehash
    ? await hashPassword(deps.settings.PASSWORD_PEPPER, password, deps.passwordCost)
    : undefined
  await deps.db.batch([
    recordEvent(deps, {
      event: reason ? 'authn_login_blocked' : 'authn_password_success',
      userId: user.id,
      actor: user.id,
      ...(reason && { data: { reason } }),
    }),
    ...(rehashed === undefined ? [] : [replaceHash(deps, user, rehashed)]),
  ])
  if (refusal) throw problem(refusal)
  if (reason) throw tooMany('too_many_attempts', codeWaitSeconds)
  const { securityEpoch, sessionEpoch, role } = user
  return openChallenge(deps, user, { securityEpoch, sessionEpoch, role, transport, stepUpOf: null })
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
      sessionEpoch: currentEpoch,
      frozenAt: users.frozenAt,
      erasureDueAt: users.erasureDueAt,
      hasTotp,
      hasBackupCode,
    })
    .from(users)
    .where(eq(kind === 'email' ? users.emailKey : users.usernameKey, key))
  return user
}

type LoginUser = NonNullable<Awaited<ReturnType<typeof findUser>>>

/** Told only after the right password. */
function refusalFor({ status, frozenAt, erasureDueAt }: LoginUser) {
  switch (status) {
    case 'active':
      if (frozenAt) return 'account_frozen'
      return erasureDueAt ? 'account_closing' : undefined
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
