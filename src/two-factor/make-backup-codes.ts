import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { backupCodes } from '../db/schema'
import type { CurrentSession } from '../sessions/find-session'
import { refOf } from '../sessions/session-ref'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { notifyOwner, occasionOf } from '../users/notify-owner'
import { backupCodeHash, newBackupCode } from './backup-codes'
import { factorsChanged } from './factors-changed'

/** Makes new backup codes for the account, shown this once. Those before are dead. Uses the step-up up. */
export async function makeBackupCodes(
  deps: Deps,
  session: CurrentSession,
): Promise<readonly string[]> {
  const may = maySensitively(deps, session)
  const codes = freshCodes(deps)
  const [, , , , , , used] = await deps.db.batch([
    ...replaceBackupCodes(deps, session, codes, may),
    ...factorsChanged(deps, session, may),
    useStepUp(deps, session),
  ])
  requireUsed(used)
  const data = { count: codes.length, ...occasionOf(deps) }
  await notifyOwner(deps, session.user, { template: 'backup_codes_made', data })
  return codes
}

export const freshCodes = ({ settings }: Pick<Deps, 'settings'>): readonly string[] =>
  Array.from({ length: settings.BACKUP_CODES_COUNT }, newBackupCode)

/**
 * The statements that put `codes` in the place of all a user has, used and unused, if `when` holds. The
 * last one returns a row for each, so that nobody is shown codes that are not there.
 */
export function replaceBackupCodes(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  codes: readonly string[],
  when: SQL,
) {
  const { userId, sessionId } = refOf(session)
  const hashes = JSON.stringify(codes.map(backupCodeHash))
  return [
    recordEvent(
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
    deps.db.delete(backupCodes).where(sql`user_id = ${userId} AND ${when}`),
    deps.db
      .insert(backupCodes)
      .select(sql`SELECT ${userId}, value, NULL, NULL FROM json_each(${hashes}) WHERE ${when}`)
      .returning({ codeHash: backupCodes.codeHash }),
  ] as const
}
