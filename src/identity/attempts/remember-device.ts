import type { Deps } from '../../platform/deps'
import { log } from '../../platform/log'
import { reach } from '../../platform/reach'
import { guardOf } from './guard-of'
import type { Earned } from './limiter/guard-devices'

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
  const guard = guardOf(deps, { userId })
  await reach(deps, 'guard', () => guard.remember(earned, deps.now().getTime())).catch(() =>
    log('warn', 'device_not_remembered', { request_id: deps.caller.requestId }),
  )
}
