import type { Deps } from '../../platform/deps'
import { tooMany } from '../../platform/problems'
import { reach } from '../../platform/reach'
import { guardOf } from './guard-of'

/**
 * Before an answer that says whether a username is somebody's, which an account may hear ten times
 * a day.
 */
export async function requireFewRenames(deps: Deps, userId: string): Promise<void> {
  const now = deps.now().getTime()
  const waitSeconds = await reach(deps, 'guard', () => guardOf(deps, { userId }).ask('rename', now))
  if (waitSeconds > 0) throw tooMany('too_many_requests', waitSeconds)
}
