import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { endOthers } from '../../identity/sessions/end-sessions'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'

/**
 * The statements of every change of factors, if `isDone` holds: what was begun before ends nowhere,
 * and all other sessions end, for one of them may be why the owner changes something (ASVS 5.0
 * 7.4.3).
 */
export function factorsChanged(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  isDone: SQL,
) {
  return {
    epoch: deps.db
      .update(users)
      .set({ securityEpoch: sql`security_epoch + 1` })
      .where(and(eq(users.id, session.user.id), isDone)),
    ...endOthers(deps, session, 'factors changed', isDone),
  }
}
