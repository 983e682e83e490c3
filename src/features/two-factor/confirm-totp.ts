import { sql } from 'drizzle-orm'
import { undoFactorsLink } from '../../identity/accounts/not-me-link'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { passCode } from '../../identity/attempts/pass-code'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { countBackupCodes } from '../../identity/factors/backup-codes'
import { stepOfSealed } from '../../identity/factors/find-totp'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { factorsChanged } from './factors-changed'
import { freshCodes, replaceBackupCodes } from './make-backup-codes'

/**
 * How long a seed may wait for its first code, that of a page left open on the way to the phone.
 */
const SETUP_SECONDS = 600

export type TotpConfirmed = Readonly<{
  /** Shown this once; `null` when the account still has some. */
  backupCodes: readonly string[] | null
  backupCodesLeft: number
}>

/**
 * Turns an authenticator app on, by a code that shows that it has the seed. The code is counted and
 * its time step used up like any other, so what was typed here opens no session.
 */
export async function confirmTotp(
  deps: Deps,
  session: CurrentSession,
  input: { id: string; code: string },
): Promise<TotpConfirmed> {
  const { id, code } = input
  const { userId } = refOf(session)
  const setup = await findSetup(deps, session, id)
  if (!setup) throw problem('not_found', { reason: 'no such setup of this session' })
  const sentAt = setup.createdAt.getTime()
  await passCode(
    deps,
    {
      userId,
      ref: { id, sentAt, expiresAt: sentAt + SETUP_SECONDS * 1000 },
      method: 'totp',
      device: session.deviceHash,
      sessionId: session.id,
      // The row decides that it is confirmed once: a lost race must not use the setup up.
      keepsChallenge: true,
      isNewFactor: true,
    },
    async () => {
      const step = await stepOfSealed(deps, { userId, id, sealedSeed: setup.sealedSeed }, code)
      return step === undefined ? undefined : { totp: { id, step } }
    },
  )
  const { link, expiresAt, ...confirmed } = await turnOn(deps, session, id)
  const data = { link, name: setup.name, ...occasionOf(deps) }
  await notifyOwner(deps, session.user, { template: 'authenticator_added', data, expiresAt })
  return confirmed
}

const isSetupOf = (session: CurrentSession, id: string) =>
  sql`user_id = ${session.user.id} AND id = ${id} AND session_id = ${session.id}
    AND confirmed_at IS NULL`

/** The app that this very session is setting up, while its time has not passed. */
async function findSetup(deps: Pick<Deps, 'db' | 'now'>, session: CurrentSession, id: string) {
  const [setup] = await deps.db
    .select({
      name: totpAuthenticators.name,
      sealedSeed: totpAuthenticators.sealedSeed,
      createdAt: totpAuthenticators.createdAt,
    })
    .from(totpAuthenticators)
    .where(isSetupOf(session, id))
  const oldest = deps.now().getTime() - SETUP_SECONDS * 1000
  return setup && setup.createdAt.getTime() > oldest ? setup : undefined
}

/**
 * One batch: the app is on, an account without backup codes has its first ones, and a link undoes
 * both.
 */
async function turnOn(
  deps: Deps,
  session: CurrentSession,
  id: string,
): Promise<TotpConfirmed & { link: string; expiresAt: number }> {
  const { userId, sessionId } = refOf(session)
  const now = deps.now()
  const may = hasFreshStepUp(deps, session)
  const isOn = sql`${may} AND EXISTS (SELECT 1 FROM totp_authenticators
    WHERE user_id = ${userId} AND id = ${id} AND confirmed_at = ${now.getTime()})`
  const hasNoCodes = sql`${isOn} AND NOT EXISTS (SELECT 1 FROM backup_codes
    WHERE user_id = ${userId} AND used_by IS NULL)`
  const codes = freshCodes(deps)
  const undo = undoFactorsLink(deps, userId)
  const { on, made, left, used } = await batch(deps.db, {
    // First: the rest asks whether the app is on.
    on: deps.db
      .update(totpAuthenticators)
      .set({ confirmedAt: now })
      .where(sql`${isSetupOf(session, id)} AND ${may}`)
      .returning({ id: totpAuthenticators.id }),
    ...replaceBackupCodes(deps, session, codes, hasNoCodes),
    left: countBackupCodes(deps, userId),
    event: recordEvent(
      deps,
      {
        event: 'authn_totp_added',
        userId,
        actor: userId,
        sessionId,
        data: { authenticator: id },
      },
      isOn,
    ),
    ...factorsChanged(deps, session, isOn),
    undo: undo.issue(isOn),
    // Last: what is before it asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (on.length === 0) throw problem('not_found', { reason: 'replaced meanwhile' })
  const backupCodes = made.length > 0 ? codes : null
  const { link, expiresAt } = undo
  return { backupCodes, backupCodesLeft: left[0]?.left ?? 0, link, expiresAt }
}
