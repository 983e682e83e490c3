import { countedEvent } from '../audit/counted'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { enqueueNotice } from '../email/enqueue'
import { namesOf, putLock } from '../login/lock-record'
import { noteWrongPassword } from '../login/spray'
import type { LoginIdentifier } from '../users/email-key'
import type { PasswordHolder } from './try-password'

/** Of one network in an hour: more than people mistype, few enough for a flood. */
const FAILURES_SINGLY = 20

/**
 * Records a wrong password, and the lock if it was one too many: for strangers in KV, and by mail to
 * the owner. A name that nobody has is recorded and locked too, with a mail to nobody.
 */
export async function refusePassword(
  deps: Deps,
  failure: {
    password: string
    identifier: LoginIdentifier
    user: PasswordHolder | undefined
    /** What the password was asked for. */
    act: string
    /** Milliseconds; 0 when the failure did not lock. */
    lockedUntil: number
    isKnownDevice: boolean
    /** Was off before, or has just been switched off: then there is nothing left to guess. */
    isStopped: boolean
    stopsNow: boolean
  },
): Promise<void> {
  const { identifier, user, lockedUntil, isKnownDevice, stopsNow } = failure
  const isLocked = lockedUntil > 0
  const userId = user?.id ?? null
  const data = { by: failure.act, device: isKnownDevice ? 'known' : 'stranger' }
  // Counted alike for a name that nobody has, so that neither time nor a flood of names tells or costs.
  const fail = await countedEvent(
    deps,
    { event: 'authn_login_fail', userId, data },
    { singly: FAILURES_SINGLY },
  )
  const events = [
    ...(fail ? [recordEvent(deps, fail)] : []),
    ...(isLocked ? [recordEvent(deps, { event: 'authn_login_lock', userId, data })] : []),
    ...(stopsNow
      ? [recordEvent(deps, { event: 'authn_stopped', userId, data: { method: 'password' } })]
      : []),
  ]
  const [first, ...rest] = events
  if (first) await deps.db.batch([first, ...rest])
  // Whoever uses a known browser is its owner, who mistypes: no spray, and no reason to put the network out.
  if (!isKnownDevice) await noteWrongPassword(deps, failure.password)
  if (!isLocked && !stopsNow) return
  const names = user ? namesOf(user) : [identifier]
  await Promise.all([
    // A known browser that locks itself out does not lock out strangers, nor the reverse.
    isKnownDevice || !isLocked ? undefined : putLock(deps, names, lockedUntil),
    tellOwner(deps, user, failure),
  ])
}

/** One mail, whatever the case: a name that nobody has costs the same. */
function tellOwner(
  deps: Deps,
  user: PasswordHolder | undefined,
  { isStopped, stopsNow }: { isStopped: boolean; stopsNow: boolean },
): Promise<void> {
  const { ip, country } = deps.caller
  const letter = {
    to: isStopped ? null : (user?.email ?? null),
    userId: user?.id ?? null,
    locale: user?.locale ?? 'en',
  }
  const where = { ip, country, time: deps.now() }
  if (stopsNow) {
    return enqueueNotice(deps, {
      template: 'authenticator_stopped',
      ...letter,
      data: { method: 'password', ...where },
    })
  }
  return enqueueNotice(deps, {
    template: 'account_locked',
    ...letter,
    data: { minutes: Math.ceil(deps.settings.ACCOUNT_LOCKOUT_DURATION / 60), ...where },
  })
}
