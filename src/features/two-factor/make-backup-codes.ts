import { type SQL, sql } from 'drizzle-orm'
import { undoFactorsLink } from '../../identity/accounts/not-me-link'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { backupCodeHash, newBackupCode } from '../../identity/factors/backup-codes'
import { hasStrongFactor } from '../../identity/factors/strong-factors'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { backupCodes } from '../../platform/db/factor-schema'
import { insertFrom } from '../../platform/db/insert-where'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { factorsChanged } from './factors-changed'

/**
 * Makes new backup codes for an account with a strong factor, shown this once. Those before are
 * dead. Uses the step-up up.
 */
export async function makeBackupCodes(
  deps: Deps,
  session: CurrentSession,
): Promise<readonly string[]> {
  const { id: userId } = session.user
  const isStrong = hasStrongFactor(userId)
  const may = sql`${hasFreshStepUp(deps, session)} AND ${isStrong}`
  const codes = freshCodes(deps)
  const undo = undoFactorsLink(deps, userId)
  // Before the batch, which would use the step-up up for nothing.
  const strong = await deps.db
    .select({ one: sql`1` })
    .from(sql`(SELECT 1)`)
    .where(isStrong)
  if (strong.length === 0) throw factorRequired()
  const { made, used } = await batch(deps.db, {
    ...replaceBackupCodes(deps, session, codes, may),
    ...factorsChanged(deps, session, may),
    undo: undo.issue(may),
    // Last: what is before it asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (made.length === 0) throw factorRequired()
  const data = { link: undo.link, count: codes.length, ...occasionOf(deps) }
  const { expiresAt } = undo
  await notifyOwner(deps, session.user, { template: 'backup_codes_made', data, expiresAt })
  return codes
}

const factorRequired = () =>
  problem('strong_factor_required', {
    detail:
      'Backup codes stand in for an authenticator app, and the first app comes with some. Begin with POST /api/users/enable-2fa/.',
  })

export const freshCodes = ({ settings }: Pick<Deps, 'settings'>): readonly string[] =>
  Array.from({ length: settings.BACKUP_CODES_COUNT }, newBackupCode)

/**
 * The statements that put `codes` in the place of all a user has, used and unused, if `when` holds.
 * `made` returns a row for each, so that nobody is shown codes that are not there.
 */
export function replaceBackupCodes(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  codes: readonly string[],
  when: SQL,
) {
  const { userId, sessionId } = refOf(session)
  const hashes = JSON.stringify(codes.map(backupCodeHash))
  return {
    codesEvent: recordEvent(
      deps,
      {
        event: 'authn_backup_codes_created',
        userId,
        actor: userId,
        sessionId,
        data: { count: codes.length },
      },
      when,
    ),
    dropped: deps.db.delete(backupCodes).where(sql`user_id = ${userId} AND ${when}`),
    made: insertFrom(
      deps.db,
      backupCodes,
      { userId, codeHash: sql`value`, createdAt: deps.now().getTime() },
      sql`FROM json_each(${hashes}) WHERE ${when}`,
    ).returning({ codeHash: backupCodes.codeHash }),
  }
}
