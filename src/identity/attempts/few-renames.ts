import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'
import { tooMany } from '../../platform/problems'
import { limiterOf } from './limiter-of'

/**
 * Before an answer that says whether a username is somebody's, which an account may hear ten times
 * a day.
 */
export async function requireFewRenames(deps: Deps, userId: string): Promise<void> {
  const now = deps.now().getTime()
  const waitSeconds = await callStore(deps, 'guard', () =>
    limiterOf(deps, { userId }).ask('rename', now),
  )
  if (waitSeconds > 0) throw tooMany('too_many_requests', waitSeconds)
}
