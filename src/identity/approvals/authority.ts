import { sql } from 'drizzle-orm'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import type { CurrentSession } from '../credentials/find-session'
import { isSession, refOf, sessionExists } from '../credentials/session-ref'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../credentials/step-up'

/**
 * By what an admin acts: a condition for every statement of the act, and its last statement, whose
 * rows say whether the condition held.
 */
export type Authority = ReturnType<typeof byStepUp> | ReturnType<typeof bySession>

/** By a step-up, which the act uses up. */
export const byStepUp = (deps: Pick<Deps, 'db' | 'now'>, session: CurrentSession) => ({
  may: hasFreshStepUp(deps, session),
  used: consumeStepUp(deps, session),
  requireUsed,
})

/** By the session alone, which must still be there. */
export const bySession = ({ db }: Pick<Deps, 'db'>, session: CurrentSession) => ({
  may: sessionExists(refOf(session)),
  used: db
    .select({ id: sql<string>`id` })
    .from(sessions)
    .where(isSession(refOf(session))),
  requireUsed: (found: readonly unknown[]) => {
    if (found.length === 0) throw problem('invalid_access_token', { reason: 'ended meanwhile' })
  },
})
