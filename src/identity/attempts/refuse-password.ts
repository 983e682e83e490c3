import { desc, eq } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { sampledEvent } from '../../platform/audit/sampled'
import { batch } from '../../platform/db/batch'
import { waitingMails } from '../../platform/db/mail-schema'
import { signUps } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { causeOf, causingAccountOf } from '../../platform/email/cause'
import { enqueueNotice, type MailRequest, waitingMail } from '../../platform/email/enqueue'
import type { LoginIdentifier } from '../../platform/text/email-key'
import type { PasswordFailed } from './limiter/reservations'
import { putLock } from './lock-record'
import type { PasswordHolder } from './password-holder'
import { noteWrongPassword } from './spray'

/** Of one network in an hour: more than people mistype, few enough for a flood. */
const FAILURES_BURST = 20

type Failure = Readonly<{
  password: string
  name: LoginIdentifier
  user: PasswordHolder | undefined
  /** What the password was asked for. */
  act: string
  /**
   * What it has come to for the name, of a stranger at the login; and for the account, if there is
   * one.
   */
  ofName: PasswordFailed | undefined
  ofAccount: PasswordFailed | undefined
  isKnownDevice: boolean
  /** The password was off before: then there is nothing left to guess. */
  isStopped: boolean
  onWaitingSignUp: ((email: string) => void) | undefined
}>

/**
 * Records a wrong password, and the lock if it was one too many: of a name in KV, and by mail to
 * the owner. A name that nobody has is recorded and locked too, with a mail to nobody.
 */
export async function refusePassword(deps: Deps, failure: Failure): Promise<void> {
  const waiting = await record(deps, failure)
  const { ofName, isKnownDevice, password } = failure
  // Whoever uses a known browser is its owner, who mistypes: no spray, and no reason to put the
  // network out.
  if (!isKnownDevice) await noteWrongPassword(deps, password)
  const lockedUntil = ofName?.lockedUntil ?? 0
  await Promise.all([
    lockedUntil > 0 ? putLock(deps, failure.name, lockedUntil) : undefined,
    lockedUntil > 0 || (!ofName && hitsAccount(failure))
      ? enqueueNotice(deps, noticeOf(deps, failure))
      : undefined,
  ])
  if (waiting) failure.onWaitingSignUp?.(waiting.email)
}

/** Whether the account has had enough of strangers or of this browser, now or for good. */
const hitsAccount = ({ ofAccount }: Failure) =>
  ofAccount !== undefined && (ofAccount.lockedUntil > 0 || ofAccount.stopsNow)

/**
 * Writes down what it has come to, in one batch. Returns the sign-up that waits for the address.
 */
async function record(deps: Deps, failure: Failure) {
  const { name, user, ofName, ofAccount, isKnownDevice } = failure
  const locksName = ofName !== undefined && ofName.lockedUntil > 0
  const userId = user?.id ?? null
  const data = { by: failure.act, device: isKnownDevice ? 'known' : 'stranger' }
  // Counted alike for a name that nobody has, so that neither time nor a flood of names tells or
  // costs.
  const fail = await sampledEvent(
    deps,
    { event: 'authn_login_fail', userId, data },
    { burst: FAILURES_BURST },
  )
  const isLocked = locksName || (ofAccount?.lockedUntil ?? 0) > 0
  const stopped = { event: 'authn_stopped', userId, data: { method: 'password' } } as const
  // By tries with both names the account has enough before either name: told by a mail that waits,
  // for one that is queued now would tell the stranger that both are of one account.
  const waits = ofName !== undefined && hitsAccount(failure) && !locksName
  const notice = { ...noticeOf(deps, failure), cause: 'unseen' } as const
  const mail = waits ? await waitingMail(deps, notice) : undefined
  if (!fail && !isLocked && !ofAccount?.stopsNow) return undefined
  const asksSignUps = ofName !== undefined && name.kind === 'email'
  const { signUp } = await batch(deps.db, {
    fail: fail && recordEvent(deps, fail),
    lock: isLocked ? recordEvent(deps, { event: 'authn_login_lock', userId, data }) : undefined,
    stop: ofAccount?.stopsNow ? recordEvent(deps, stopped) : undefined,
    mail: mail && deps.db.insert(waitingMails).values(mail),
    signUp: asksSignUps ? selectSignUp(deps, name.key) : undefined,
  })
  return signUp?.[0]
}

/** One mail, whatever the case: a name that nobody has costs the same. */
function noticeOf(deps: Deps, { name, user, isStopped, ofName, ofAccount }: Failure): MailRequest {
  const { ip, country } = deps.caller
  const letter = {
    to: isStopped ? null : (user?.email ?? null),
    userId: user?.id ?? null,
    locale: user?.locale ?? 'en',
    // Counted by what was typed: two names of one account stay two.
    name: name.key,
    // A known browser or a session is counted by the account alone.
    cause: causeOf(deps, user && !ofName ? causingAccountOf(deps, user) : undefined),
  }
  const where = { ip, country, time: deps.now() }
  if (ofAccount?.stopsNow) {
    return { template: 'authenticator_stopped', ...letter, data: { method: 'password', ...where } }
  }
  const minutes = Math.ceil(deps.settings.ACCOUNT_LOCKOUT_DURATION / 60)
  return { template: 'account_locked', ...letter, data: { minutes, ...where } }
}

/** The sign-up that waits for an address, of several the latest. */
const selectSignUp = ({ db }: Pick<Deps, 'db'>, key: string) =>
  db
    .select()
    .from(signUps)
    .where(eq(signUps.emailKey, key))
    .orderBy(desc(signUps.createdAt))
    .limit(1)
