import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'
import { log } from '../../platform/log'
import { limiterOf } from './limiter-of'
import type { Earned } from './limiter/devices'

/**
 * Gives a browser its own count of failures, once the database has decided what it earned that
 * with. Where the guard is silent it stays a stranger until its next login, for the act itself is
 * done.
 */
export async function rememberDevice(
  deps: Pick<Deps, 'accountGuards' | 'patience' | 'now' | 'caller'>,
  userId: string,
  earned: Earned,
): Promise<void> {
  const guard = limiterOf(deps, { userId })
  await callStore(deps, 'guard', () => guard.remember(earned, deps.now().getTime())).catch(() =>
    log('warn', 'device_not_remembered', { request_id: deps.caller.requestId }),
  )
}
