import { callStore } from '../../platform/call-store'
import { dummyHash, verifyPassword } from '../../platform/crypto/password-hash'
import type { Deps } from '../../platform/deps'
import { problem, tooMany } from '../../platform/problems'
import type { LoginIdentifier } from '../../platform/text/email-key'
import { limiterOf, limiterOfNobody } from './limiter-of'
import type { PasswordHolder } from './password-holder'
import { refusePassword } from './refuse-password'

type Try<User> = Readonly<{
  /** As it was typed at a login; of somebody who is signed in, the address. */
  name: LoginIdentifier
  user: User | undefined
  isSignedIn: boolean
  password: string
  /** Of a browser that has completed a login of this user. */
  device: string | null
  act: string
  /** Whether a right one has a code mailed. */
  mailsCode: boolean
  /** Called where the password is refused and a sign-up waits for the address that was typed. */
  onWaitingSignUp?: (email: string) => void
}>

type Tried<User> = Readonly<{
  user: User
  needsRehash: boolean
  codeWaitSeconds: number
  /** From a browser that the account knows, or in a session. */
  isKnownDevice: boolean
}>

/**
 * Checks a password, for whatever act it was given: the one path, so that all of them share one
 * count and one lock. Throws when it is wrong or no more may be tried.
 *
 * A stranger at the login (`name`) is counted twice: by the name as it was typed, which alone says
 * what the answer is, and by the account. Where the account has had enough, by its other name too,
 * any password is wrong, and nobody can tell; so it is where the password has been switched off
 * after a hundred failures in a row. A name that nobody has costs the same work and gets the same
 * answers. A browser that the account knows, and whoever is signed in, is counted by the account
 * alone and told of its lock.
 *
 * Where a right one will have a code mailed, the guard counts that in the same call:
 * `codeWaitSeconds` is not 0 when there were too many.
 */
export async function tryPassword<User extends PasswordHolder>(
  deps: Deps,
  input: Try<User>,
): Promise<Tried<User>> {
  const { name, user, password, device, act, isSignedIn } = input
  using claimed = isSignedIn || device !== null ? await reserveAccount(deps, input) : undefined
  const own = isSignedIn || claimed?.isKnownDevice ? claimed : undefined
  if (!own) await claimed?.attempt?.cancel()
  // The name first: it lets no more through than the account has places for, so none of them is in
  // vain.
  using byName = own ? undefined : await reserveName(deps, name)
  if (byName && !byName.attempt) throw tooMany('too_many_attempts', byName.retryAfterSeconds)
  using account = own ?? (await reserveAccount(deps, input))
  const { attempt, isKnownDevice, isStopped } = account
  if (!attempt && own) throw tooMany('too_many_attempts', account.retryAfterSeconds)

  const isOff = isStopped || !attempt
  const { passwordCost: cost } = deps
  const hash = user && !isOff ? user.passwordHash : dummyHash(cost)
  const check = await verifyPassword(deps.settings.PASSWORD_PEPPER, password, hash, cost)
  if (!user || isOff || !check.matches) {
    const [ofName, ofAccount] = await callStore(deps, 'guard', () =>
      Promise.all([byName?.attempt?.fail(), attempt?.fail()]),
    )
    const failure = { ofName, ofAccount: user && ofAccount, isKnownDevice, isStopped }
    const { onWaitingSignUp } = input
    await refusePassword(deps, { ...failure, password, name, user, act, onWaitingSignUp })
    throw problem('invalid_credentials', { reason: user ? 'wrong password' : 'unknown name' })
  }
  const [{ codeWaitSeconds }] = await callStore(deps, 'guard', () =>
    // The count of the name stays: that it was cleared would tell that somebody has signed in.
    Promise.all([attempt.succeed(input.mailsCode), byName?.attempt?.cancel()]),
  )
  return { user, needsRehash: check.needsRehash, codeWaitSeconds, isKnownDevice: own !== undefined }
}

const reserveName = (deps: Deps, name: LoginIdentifier) =>
  callStore(deps, 'guard', () =>
    limiterOf(deps, { name }).reservePassword({
      device: null,
      isKnown: false,
      now: deps.now().getTime(),
    }),
  )

const reserveAccount = (deps: Deps, { name, user, device }: Try<PasswordHolder>) =>
  callStore(deps, 'guard', () =>
    (user ? limiterOf(deps, { userId: user.id }) : limiterOfNobody(deps, name)).reservePassword({
      device,
      isKnown: user !== undefined,
      recovery: user ? recoveryOf(user) : null,
      now: deps.now().getTime(),
    }),
  )

const recoveryOf = ({ recoveredEpoch: epoch, recoveredDevice: device }: PasswordHolder) =>
  epoch === null || device === null ? null : { epoch, device }
