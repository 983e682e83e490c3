import { and, eq, ne } from 'drizzle-orm'
import { stateOf } from '../../identity/accounts/account-state'
import { findDevice } from '../../identity/attempts/device-token'
import { findLock } from '../../identity/attempts/lock-record'
import { holderColumns } from '../../identity/attempts/password-holder'
import { tryPassword } from '../../identity/attempts/try-password'
import { currentEpoch } from '../../identity/credentials/session-epoch'
import { hasBackupCode, hasTotp } from '../../identity/factors/factors-of-user'
import { remindOfSignUp } from '../../identity/mailbox/resend-verification'
import { type AuditEvent, recordEvent } from '../../platform/audit/record'
import { recordSampled, sampledEvent } from '../../platform/audit/sampled'
import { hashPassword } from '../../platform/crypto/password-hash'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { mailState } from '../../platform/email/budget/mail-state'
import { problem, tooMany } from '../../platform/problems'
import type { LoginIdentifier } from '../../platform/text/email-key'
import { type ChallengeOpened, isCodeMailed, openChallenge, TOO_MANY_CODES } from './open-challenge'

/**
 * The first step of a login: checks the password and sends the code of the second.
 *
 * A name that nobody has costs the same work as a wrong password, counts, locks and answers alike,
 * so neither words nor time tell which accounts exist. What is wrong with an account itself is said
 * only to those who know its password.
 */
export async function startLogin(
  deps: Deps,
  input: {
    identifier: LoginIdentifier
    password: string
    transport: 'bearer' | 'cookie'
    deviceTokens: readonly string[]
    /** How long this network is shut to strangers, 0 if it is not. */
    strangersWaitSeconds: number
  },
): Promise<ChallengeOpened> {
  const { identifier, password, transport } = input
  const now = deps.now().getTime()
  const [lockedUntil, found] = await Promise.all([
    findLock(deps, identifier),
    findUser(deps, identifier),
  ])
  // For a name that nobody has, the same work.
  const device = findDevice(deps, found?.id ?? '', input.deviceTokens)
  if (device === null) {
    const blocked = { event: 'authn_login_blocked', userId: found?.id ?? null } as const
    // First: whether a name is locked shows nothing there.
    if (input.strangersWaitSeconds > 0) {
      await recordSampled(deps, { ...blocked, data: { reason: 'spray' } }, { kind: 'spray' })
      throw tooMany('too_many_requests', input.strangersWaitSeconds)
    }
    if (lockedUntil !== undefined) {
      await recordSampled(deps, { ...blocked, data: { reason: 'locked' } })
      throw tooMany('too_many_attempts', (lockedUntil - now) / 1000)
    }
  }

  const { needsRehash, user, codeWaitSeconds, isKnownDevice } = await tryPassword(deps, {
    name: identifier,
    user: found,
    isSignedIn: false,
    password,
    device,
    act: `login by ${identifier.kind}`,
    mailsCode: found !== undefined && refusalFor(found) === undefined && isCodeMailed(found),
    onWaitingSignUp: (email) => remindOfSignUp(deps, email),
  })
  const refusal = refusalFor(user)
  const reason = refusal ?? (codeWaitSeconds > 0 ? TOO_MANY_CODES : undefined)
  const rehashed = needsRehash
    ? await hashPassword(deps.settings.PASSWORD_PEPPER, password, deps.passwordCost)
    : undefined
  const who = { userId: user.id, actor: user.id }
  const event: AuditEvent | undefined = reason
    ? await sampledEvent(
        deps,
        { event: 'authn_login_blocked', ...who, data: { reason } },
        { source: user.id, kind: reason },
      )
    : { event: 'authn_password_success', ...who }
  if (event || rehashed !== undefined) {
    await batch(deps.db, {
      event: event && recordEvent(deps, event),
      rehashed: rehashed === undefined ? undefined : replaceHash(deps, user, rehashed),
    })
  }
  if (refusal) throw problem(refusal, { detail: WAYS_ON[refusal] })
  if (reason) throw tooMany('too_many_attempts', codeWaitSeconds)
  const { securityEpoch, sessionEpoch, role } = user
  const epochs = { securityEpoch, sessionEpoch }
  return openChallenge(deps, user, { ...epochs, role, transport, isKnownDevice, stepUpOf: null })
}

async function findUser(deps: Pick<Deps, 'db' | 'now'>, { kind, key }: LoginIdentifier) {
  const [user] = await deps.db
    .select({
      ...holderColumns,
      status: users.status,
      securityEpoch: users.securityEpoch,
      sessionEpoch: currentEpoch,
      mailState: mailState(deps),
      frozenAt: users.frozenAt,
      erasureDueAt: users.erasureDueAt,
      hasTotp: hasTotp(),
      hasBackupCode: hasBackupCode(),
    })
    .from(users)
    .where(
      and(
        eq(kind === 'email' ? users.emailKey : users.usernameKey, key),
        // An account that waits for its owner to accept an invitation is nobody's yet.
        ne(users.status, 'pending'),
      ),
    )
  return user
}

type LoginUser = NonNullable<Awaited<ReturnType<typeof findUser>>>

/** Told only after the right password. */
function refusalFor(user: LoginUser) {
  const state = stateOf(user)
  return state === 'active' ? undefined : (`account_${state}` as const)
}

/** A reset mails what helps each of them. */
const WAYS_ON = {
  account_disabled: 'Ask for a new password: our mail says how to reach our team.',
  account_frozen: 'Ask for a new password: our mail has a link that sets one.',
  account_closing: 'Ask for a new password: our mail has a link that keeps the account.',
} as const

/** Brings a hash to today's cost and pepper, unless the password has been changed meanwhile. */
const replaceHash = (deps: Pick<Deps, 'db'>, user: LoginUser, passwordHash: string) =>
  deps.db
    .update(users)
    .set({ passwordHash })
    .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash)))
