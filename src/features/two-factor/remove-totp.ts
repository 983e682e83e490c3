import { sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { dropOrphanedCodes } from '../../identity/factors/strong-factors'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { factorsChanged } from './factors-changed'

/**
 * Removes one authenticator app, or all of them. Backup codes stand in for an app, so they go with
 * the last one, and the mailed code is the second step again. An admin keeps one: whoever
 * administers with two factors does not become somebody who does with one.
 */
export async function removeTotp(
  deps: Deps,
  session: CurrentSession,
  id: string | undefined,
): Promise<void> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  const mine = sql`user_id = ${userId} AND confirmed_at IS NOT NULL`
  const chosen = id === undefined ? mine : sql`${mine} AND id = ${id}`
  const known = await db.select({ id: totpAuthenticators.id }).from(totpAuthenticators).where(mine)
  const going = known.filter((app) => id === undefined || app.id === id).length
  const isAdmin = session.user.role === 'admin'
  // Before the batch, which would use the step-up up for nothing.
  if (going === 0) throw problem('not_found', { reason: 'no such authenticator' })
  if (isAdmin && going === known.length) throw problem('last_authenticator')

  const isLast = sql`(SELECT count(*) FROM totp_authenticators WHERE ${mine})
    = (SELECT count(*) FROM totp_authenticators WHERE ${chosen})`
  const isKept = isAdmin ? isLast : sql`false`
  const isDone = sql`${hasFreshStepUp(deps, session)}
    AND EXISTS (SELECT 1 FROM totp_authenticators WHERE ${chosen}) AND NOT (${isKept})`
  const data = { authenticator: id ?? 'all' }
  const { removed, used } = await batch(db, {
    // Before the app goes, like all that asks whether it is there.
    event: recordEvent(
      deps,
      { event: 'authn_totp_removed', userId, actor: userId, sessionId, data },
      isDone,
    ),
    ...factorsChanged(deps, session, isDone),
    removed: db
      .delete(totpAuthenticators)
      .where(sql`${chosen} AND ${hasFreshStepUp(deps, session)} AND NOT (${isKept})`)
      .returning({ name: totpAuthenticators.name }),
    codes: dropOrphanedCodes(deps, userId),
    // Last: what is before it asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (removed.length === 0)
    throw problem('last_authenticator', { reason: 'another one went first' })
  await Promise.all(
    removed.map(({ name }) =>
      notifyOwner(deps, session.user, {
        template: 'authenticator_removed',
        data: { name, ...occasionOf(deps) },
      }),
    ),
  )
}
