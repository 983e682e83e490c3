import { and, eq, sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { randomId } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { insertWhere } from '../../platform/db/insert-where'
import { type Role, users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { linksOf, revokeLinks } from '../accounts/links'
import { type Owner, ownerColumns } from '../accounts/notify-owner'
import { type AccessToken, accessTokenFor } from '../credentials/access-token'
import { assuranceOf, type FirstFactor, type SecondFactor } from '../credentials/assurance'
import { lifetimes } from '../credentials/lifetimes'
import { currentEpoch, isOfThisEpoch } from '../credentials/session-epoch'
import { sessionExists } from '../credentials/session-ref'
import { secretFor } from '../credentials/session-secret'
import { claimBackupCode, countBackupCodes, isClaimedBy } from '../factors/backup-codes'
import { isNewCountry, noteDevice, selectFamiliarity } from './known-devices'

export type NewSession = Readonly<{
  /** As the codes of its login were given for. */
  id?: string
  userId: string
  /**
   * As it was when the login began: a change of password, address, role or factor since then ends
   * it.
   */
  securityEpoch: number
  /** The same for all accounts: every session that is open, or being opened, was ended since. */
  sessionEpoch: number
  role: Role
  transport: 'bearer' | 'cookie'
  firstFactor: FirstFactor
  secondFactor: SecondFactor
  /** The browser that it is opened in: what is tried in the session counts for that one. */
  deviceHash: string
  /** Of the backup code that was the second step: the session is opened only if it gets it. */
  backupCodeHash?: string | undefined
}>

export type OpenedSession = Readonly<{
  sessionId: string
  user: Owner
  isNewDevice: boolean
  isFirstDevice: boolean
  /** From a country that no browser of this account has signed in from. */
  isNewCountry: boolean
  secondFactor: SecondFactor
  backupCodesLeft: number
}> &
  (
    | { transport: 'bearer'; access: AccessToken; refreshToken: string }
    | { transport: 'cookie'; cookie: string }
  )

/** Sessions of one user at a time; the one unused for longest makes room. */
const MAX_SESSIONS = 20

/**
 * Opens a session, the only function that can: it takes both steps of the login, and the table
 * refuses a row without them. `undefined` when the user has been disabled or changed since the
 * first step, or the backup code was used by another request.
 *
 * One batch: the session is inserted only if its user is still as the login found it, and
 * everything after it only if the session exists.
 */
export async function createSession(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  login: NewSession,
): Promise<OpenedSession | undefined> {
  const { db, caller } = deps
  const { id: sessionId = randomId('ses'), userId, transport, firstFactor, secondFactor } = login
  const kind = transport === 'bearer' ? 'refresh' : 'cookie'
  const { token, secretHash } = secretFor(deps.settings, kind, { userId, sessionId })
  // Read once: an access token whose `auth_time` is not the row's is refused.
  const now = deps.now()
  const ms = now.getTime()
  const expiresAt = ms + lifetimes[login.role].absoluteSeconds * 1000
  const opened = sessionExists({ userId, sessionId })
  const backup = { userId, codeHash: login.backupCodeHash ?? '', usedBy: sessionId }
  const isUnchanged = sql`EXISTS (SELECT 1 FROM users
    WHERE id = ${userId} AND status = 'active' AND role = ${login.role}
      AND security_epoch = ${login.securityEpoch} AND ${currentEpoch} = ${login.sessionEpoch}
      AND frozen_at IS NULL AND erasure_due_at IS NULL)`
  const isClaimed = login.backupCodeHash === undefined ? sql`true` : isClaimedBy(backup)

  const row = {
    userId,
    id: sessionId,
    transport,
    secretHash,
    firstFactor,
    secondFactor,
    authTime: ms,
    createdAt: ms,
    lastUsedAt: ms,
    expiresAt,
    ip: caller.ip,
    country: caller.country,
    userAgent: caller.userAgent,
    steppedUpAt: ms,
    deviceHash: login.deviceHash,
    epoch: login.sessionEpoch,
  }
  const rows = await batch(db, {
    known: selectFamiliarity(deps, login),
    claimed: claimBackupCode(deps, backup, isUnchanged),
    session: insertWhere(db, sessions, row, sql`${isUnchanged} AND ${isClaimed}`),
    event: recordEvent(
      deps,
      {
        event: 'authn_login_success',
        userId,
        actor: userId,
        sessionId,
        data: { first: firstFactor, second: secondFactor, transport },
      },
      opened,
    ),
    lastLogin: db
      .update(users)
      .set({ lastLoginAt: now })
      .where(and(eq(users.id, userId), opened)),
    owner: db
      .select(ownerColumns)
      .from(users)
      .where(and(eq(users.id, userId), opened)),
    codes: countBackupCodes(deps, userId),
    ...noteDevice(deps, login, opened),
    ...endSurplus(deps, userId),
    // Who has just signed in needs no link to reset the password.
    links: revokeLinks(deps, linksOf(userId, 'reset'), opened),
  })
  const [known] = rows.known
  const [user] = rows.owner
  if (!user) return undefined
  const result = {
    sessionId,
    user,
    isNewDevice: !known?.thisDevice,
    isFirstDevice: !known?.hasSignedIn,
    isNewCountry: isNewCountry(known, caller.country),
    secondFactor,
    backupCodesLeft: rows.codes[0]?.left ?? 0,
  }
  if (transport === 'cookie') return { ...result, transport, cookie: token }
  const access = await accessTokenFor(deps, {
    id: sessionId,
    user: { id: userId, role: login.role },
    authTime: now,
    ...assuranceOf(firstFactor, secondFactor),
  })
  return { ...result, transport, access, refreshToken: token }
}

/** The statements that end what a user has beyond the most sessions at a time, and record that. */
function endSurplus(deps: Pick<Deps, 'db' | 'now' | 'caller'>, userId: string) {
  const surplus = sql`(SELECT id FROM sessions WHERE user_id = ${userId}
    AND ${isOfThisEpoch} ORDER BY last_used_at DESC, created_at DESC LIMIT -1 OFFSET ${MAX_SESSIONS})`
  return {
    surplusEvent: recordEvent(
      deps,
      { event: 'sessions_ended', userId, actor: 'system', data: { reason: 'too many' } },
      sql`EXISTS ${surplus}`,
    ),
    surplus: deps.db.delete(sessions).where(sql`user_id = ${userId} AND id IN ${surplus}`),
  }
}
