import { and, eq, ne, sql } from 'drizzle-orm'
import { endedByNewPassword, isRecoverable } from '../../identity/accounts/is-recoverable'
import { linksOf, revokeLinks } from '../../identity/accounts/links'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { issueDevice } from '../../identity/attempts/device-token'
import { limiterOf } from '../../identity/attempts/limiter-of'
import { dropLocks, namesOf } from '../../identity/attempts/lock-record'
import { claimBackupCode, countBackupCodes, isClaimedBy } from '../../identity/factors/backup-codes'
import { removeFactorsSince } from '../../identity/factors/strong-factors'
import { requireGoodPassword } from '../../identity/password-policy/policy'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { hashPassword } from '../../platform/crypto/password-hash'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import { knownDevices, sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { log } from '../../platform/log'
import { problem } from '../../platform/problems'
import { findReset, type Reset } from './find-reset'
import { passResetFactor, type StrongStep } from './reset-factor'

/**
 * Sets a new password with a mailed link, and ends every session, lock and count of failures; all
 * other browsers are strangers from then on: recovery. Opens no session (ASVS 5.0 6.4.3); an
 * authenticator app stays and must be proved, for the link alone is one factor. One that is young
 * is not asked for and goes, with young backup codes: it may be what keeps the owner out (decision
 * 019). Returns the device token that whoever held the link has earned.
 *
 * The database decides, and of two that confirm at once only one is told to the guard. Where the
 * guard is silent then, it follows at the next login, which tells it of the recovery again
 * (tryPassword); the locks of the names end by themselves.
 */
export async function confirmReset(
  deps: Deps,
  input: {
    token: string
    password: string
    secondFactor: StrongStep | undefined
    deviceTokens: readonly string[]
  },
): Promise<string> {
  const reset = await findReset(deps, input.token)
  const { id: userId, email } = reset
  await requireGoodPassword(deps, input.password, [email, ...Object.values(reset.names)])
  const { hash: device, token } = issueDevice(deps, userId, input.deviceTokens)
  const factor = await passResetFactor(deps, reset, { given: input.secondFactor, device })
  const passwordHash = await hashPassword(
    deps.settings.PASSWORD_PEPPER,
    input.password,
    deps.passwordCost,
  )
  const next = { passwordHash, deviceHash: device, ...factor }
  const { backupCodesLeft, factorsRemoved, epoch } = await replacePassword(deps, reset, next)
  // Each to its end, whatever comes of the others.
  const told = await Promise.allSettled([
    callStore(deps, 'guard', () =>
      limiterOf(deps, { userId }).recover({ device, epoch }, deps.now().getTime()),
    ),
    dropLocks(deps, namesOf(reset)),
  ])
  if (told.some(({ status }) => status === 'rejected')) {
    log('warn', 'guard_not_told', { request_id: deps.caller.requestId })
  }
  const occasion = occasionOf(deps)
  await Promise.all([
    notifyOwner(deps, reset, {
      template: 'password_changed',
      data: { how: 'reset', factorsRemoved, ...occasion },
    }),
    factor.backupCodeHash !== undefined &&
      notifyOwner(deps, reset, {
        template: 'backup_code_used',
        data: { left: backupCodesLeft, ...occasion },
      }),
  ])
  return token
}

/**
 * The one batch of a reset. Its first change happens only while the link is good, and decides; all
 * others only if that has happened, which the new hash, its salt being random, shows.
 */
async function replacePassword(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  { id: userId, tokenHash, factorsBy }: Reset,
  next: {
    passwordHash: string
    backupCodeHash: string | undefined
    method: string | null
    /** Of the browser of the link, which alone stays known. */
    deviceHash: string
  },
): Promise<{ backupCodesLeft: number; factorsRemoved: boolean; epoch: number }> {
  const { db } = deps
  const { passwordHash, backupCodeHash } = next
  const backup = { userId, codeHash: backupCodeHash ?? '', usedBy: tokenHash }
  const isClaimed = backupCodeHash === undefined ? sql`true` : isClaimedBy(backup)
  const isLinkGood = sql`EXISTS (
    SELECT 1 FROM users JOIN mailed_tokens AS link ON link.user_id = users.id
    WHERE users.id = ${userId} AND ${and(...isRecoverable)}
    AND link.token_hash = ${tokenHash} AND link.purpose = 'reset'
    AND link.expires_at > ${deps.now().getTime()}
    AND link.data = CAST(users.security_epoch AS TEXT))`
  const isDone = sql`EXISTS (
    SELECT 1 FROM users WHERE id = ${userId} AND password_hash = ${passwordHash})`
  const rows = await batch(db, {
    claimed: claimBackupCode(deps, backup, isLinkGood),
    changed: db
      .update(users)
      .set({
        passwordHash,
        securityEpoch: sql`security_epoch + 1`,
        recoveredEpoch: sql`security_epoch + 1`,
        recoveredDevice: next.deviceHash,
        frozenAt: null,
      })
      .where(and(eq(users.id, userId), isLinkGood, isClaimed))
      .returning({ epoch: users.securityEpoch }),
    event: recordEvent(
      deps,
      { event: 'authn_password_reset', userId, actor: userId, data: { second: next.method } },
      isDone,
    ),
    sessions: db.delete(sessions).where(and(eq(sessions.userId, userId), isDone)),
    links: revokeLinks(deps, linksOf(userId, ...endedByNewPassword), isDone),
    ...removeFactorsSince(deps, { userId, since: factorsBy }, isDone),
    codes: countBackupCodes(deps, userId),
    devices: db
      .delete(knownDevices)
      .where(
        and(eq(knownDevices.userId, userId), ne(knownDevices.deviceHash, next.deviceHash), isDone),
      ),
  })
  const [changed] = rows.changed
  if (!changed) throw problem('invalid_token', { reason: 'used meanwhile' })
  const factorsRemoved = rows.youngApps.length + rows.youngCodes.length > 0
  return { backupCodesLeft: rows.codes[0]?.left ?? 0, factorsRemoved, epoch: changed.epoch }
}
