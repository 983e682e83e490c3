import { and, gt, sql } from 'drizzle-orm'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem, STEP_UP_SECONDS, stepUpChallenge } from '../../platform/problems'
import type { CurrentSession } from './find-session'
import { isSession, refOf, sessionExists } from './session-ref'

/**
 * Refuses a session whose two steps lie too far back, or whose step-up was used up (RFC 9470 §3).
 */
export function requireSteppedUp(deps: Pick<Deps, 'now'>, session: CurrentSession): void {
  const { steppedUpAt } = session
  if (!steppedUpAt || steppedUpAt <= earliest(deps)) {
    throw problem('insufficient_user_authentication')
  }
}

const NEEDS_APP =
  'Sign in with a code of an authenticator app; POST /api/users/enable-2fa/ adds one.'

/** Refuses a session of fewer than two authentication factors; another login or a step-up helps. */
export function requireAal2({ acr }: CurrentSession): void {
  if (acr === 'aal2') return
  throw problem('insufficient_user_authentication', {
    reason: 'aal1',
    detail: NEEDS_APP,
    headers: { 'WWW-Authenticate': stepUpChallenge('acr_values="aal2"') },
  })
}

const earliest = ({ now }: Pick<Deps, 'now'>) => new Date(now().getTime() - STEP_UP_SECONDS * 1000)

/**
 * Whether the session may do a sensitive act, at this point of a batch: a condition for every
 * statement of the act. The batch ends with `consumeStepUp`, so that of two acts at once only one
 * finds it true.
 */
export const hasFreshStepUp = (deps: Pick<Deps, 'now'>, session: CurrentSession) =>
  sessionExists(refOf(session), sql`stepped_up_at > ${earliest(deps).getTime()}`)

/**
 * The last statement of a sensitive act: uses the step-up up. Returns a row if the act was done.
 */
export const consumeStepUp = (deps: Pick<Deps, 'db' | 'now'>, session: CurrentSession) =>
  deps.db
    .update(sessions)
    .set({ steppedUpAt: null })
    .where(and(isSession(refOf(session)), gt(sessions.steppedUpAt, earliest(deps))))
    .returning({ id: sessions.id })

/** Refuses an act whose batch found no step-up to use: another act was first. */
export function requireUsed(used: readonly unknown[]): void {
  if (used.length === 0) throw problem('insufficient_user_authentication', { reason: 'used up' })
}
