import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { enqueueMail } from '../email/enqueue'
import type { LoginIdentifier } from '../users/email-key'
import { putLock } from './lock-record'
import type { LoginUser } from './start-login'

/**
 * Records a wrong password, and the lock if it was one too many: for strangers in KV, and by mail to
 * the owner. A name that nobody has is recorded and locked too, with a mail to nobody.
 */
export async function refusePassword(
  deps: Deps,
  failure: {
    identifier: LoginIdentifier
    user: LoginUser | undefined
    /** Milliseconds; 0 when the failure did not lock. */
    lockedUntil: number
    isKnownDevice: boolean
  },
): Promise<void> {
  const { identifier, user, lockedUntil, isKnownDevice } = failure
  const isLocked = lockedUntil > 0
  const userId = user?.id ?? null
  const data = { by: identifier.kind, device: isKnownDevice ? 'known' : 'stranger' }
  await deps.db.batch([
    recordEvent(deps, { event: 'authn_login_fail', userId, data }),
    ...(isLocked ? [recordEvent(deps, { event: 'authn_login_lock', userId, data })] : []),
  ])
  if (!isLocked) return
  await Promise.all([
    // A known browser that locks itself out does not lock out strangers, nor the reverse.
    isKnownDevice ? undefined : putLock(deps, namesOf(identifier, user), lockedUntil),
    enqueueMail(deps, {
      template: 'account_locked',
      to: user?.email ?? null,
      userId,
      locale: user?.locale ?? 'en',
      data: {
        minutes: Math.ceil(deps.settings.ACCOUNT_LOCKOUT_DURATION / 60),
        ip: deps.caller.ip,
        country: deps.caller.country,
        time: deps.now(),
      },
    }),
  ])
}

/** Every name by which an account can be called; of an unknown one, the name that was tried. */
function namesOf(identifier: LoginIdentifier, user: LoginUser | undefined): LoginIdentifier[] {
  if (!user) return [identifier]
  const names: LoginIdentifier[] = [{ kind: 'email', key: user.emailKey }]
  if (user.usernameKey) names.push({ kind: 'username', key: user.usernameKey })
  return names
}
