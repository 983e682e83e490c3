import type { Deps } from '../context'
import { dummyHash, verifyPassword } from '../crypto/password-hash'
import { guardOf } from '../durable/guard-of'
import { problem, tooMany } from '../problems'
import { reach, seeThrough } from '../reach'
import type { LoginIdentifier } from '../users/email-key'
import { refusePassword } from './refuse-password'

/** What a check of the password needs to know of its owner. */
export type PasswordHolder = Readonly<{
  id: string
  email: string
  emailKey: string
  usernameKey: string | null
  locale: string
  passwordHash: string
}>

/**
 * Checks a password, for whatever act it was given: the one path, so that all of them share one count
 * and one lock. Throws when it is wrong or no more may be tried.
 *
 * Without a `user` it does the same work for a name that nobody has. So it does where the password has
 * been switched off after a hundred failures in a row: any is wrong then, and nobody can tell.
 *
 * Where a right one will have a code mailed, the guard counts that in the same call: `codeWaitSeconds` is
 * not 0 when there were too many.
 */
export const tryPassword = <User extends PasswordHolder>(deps: Deps, input: Try<User>) =>
  seeThrough(deps, judge(deps, input))

type Try<User> = Readonly<{
  identifier: LoginIdentifier
  user: User | undefined
  password: string
  /** Of a browser that has completed a login of this user. */
  device: string | null
  act: string
  /** Whether a right one has a code mailed. */
  mailsCode: boolean
}>

async function judge<User extends PasswordHolder>(
  deps: Deps,
  input: Try<User>,
): Promise<{ user: User; needsRehash: boolean; codeWaitSeconds: number }> {
  const { identifier, user, password, device, act } = input
  const account = user
    ? { userId: user.id }
    : { unknownName: `${identifier.kind}:${identifier.key}` }
  using reservation = await reach(deps, 'guard', () =>
    guardOf(deps, account).reservePassword({
      device,
      isKnown: user !== undefined,
      now: deps.now().getTime(),
    }),
  )
  const { attempt, retryAfterSeconds, isKnownDevice, isStopped } = reservation
  if (!attempt) throw tooMany('too_many_attempts', retryAfterSeconds)

  const { passwordCost: cost } = deps
  const hash = user && !isStopped ? user.passwordHash : dummyHash(cost)
  const check = await verifyPassword(deps.settings.PASSWORD_PEPPER, password, hash, cost)
  if (!user || isStopped || !check.matches) {
    const { lockedUntil, stopsNow } = await reach(deps, 'guard', () => attempt.fail())
    const failure = { lockedUntil, stopsNow, isKnownDevice, isStopped }
    await refusePassword(deps, { ...failure, password, identifier, user, act })
    throw problem('invalid_credentials', { reason: user ? 'wrong password' : 'unknown name' })
  }
  const { codeWaitSeconds } = await reach(deps, 'guard', () => attempt.succeed(input.mailsCode))
  return { user, needsRehash: check.needsRehash, codeWaitSeconds }
}
