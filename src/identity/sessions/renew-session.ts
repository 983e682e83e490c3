import { and, sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { type AccessToken, accessTokenFor } from '../credentials/access-token'
import { assuranceOf, type SecondFactor } from '../credentials/assurance'
import type { CurrentSession } from '../credentials/find-session'
import { currentEpoch } from '../credentials/session-epoch'
import { isSession, refOf, sessionExists } from '../credentials/session-ref'
import { secretFor } from '../credentials/session-secret'
import { claimBackupCode, countBackupCodes, isClaimedBy } from '../factors/backup-codes'

export type RenewedSession = Readonly<{
  sessionId: string
  secondFactor: SecondFactor
  backupCodesLeft: number
}> &
  (
    | { transport: 'bearer'; access: AccessToken; refreshToken: string }
    | { transport: 'cookie'; cookie: string }
  )

/**
 * Notes that both steps were passed again, and replaces what the session was known by: its tokens
 * of until now are dead, so whoever had a copy does not share in it (ASVS 5.0 7.2.4). `undefined`
 * when the account has changed since the first step, or the backup code was used by another
 * request.
 */
export async function renewSession(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  session: CurrentSession,
  steps: {
    secondFactor: SecondFactor
    securityEpoch: number
    sessionEpoch: number
    backupCodeHash: string | undefined
    /** What the backup code is used for. */
    challengeId: string
  },
): Promise<RenewedSession | undefined> {
  const { secondFactor, backupCodeHash } = steps
  const { transport } = session
  const ref = refOf(session)
  const { userId, sessionId } = ref
  const kind = transport === 'bearer' ? 'refresh' : 'cookie'
  const { token, secretHash } = secretFor(deps.settings, kind, ref)
  const now = deps.now()
  const authTime = laterSecond(session.authTime, now)
  const backup = { userId, codeHash: backupCodeHash ?? '', usedBy: steps.challengeId }
  const isUnchanged = sql`EXISTS (SELECT 1 FROM users
    WHERE id = ${userId} AND security_epoch = ${steps.securityEpoch}
      AND ${currentEpoch} = ${steps.sessionEpoch})`
  const isClaimed = backupCodeHash === undefined ? sql`true` : isClaimedBy(backup)
  const data = { second: secondFactor }
  const { renewed, codes } = await batch(deps.db, {
    // First, since the session is renewed only if it got the code.
    claimed: claimBackupCode(deps, backup, sql`${sessionExists(ref)} AND ${isUnchanged}`),
    renewed: deps.db
      .update(sessions)
      .set({ ...replacedBy(secretHash), secondFactor, authTime, steppedUpAt: now, lastUsedAt: now })
      .where(and(isSession(ref), isUnchanged, isClaimed))
      .returning({ id: sessions.id }),
    event: recordEvent(
      deps,
      { event: 'authn_step_up_success', userId, actor: userId, sessionId, data },
      sessionExists(ref, sql`secret_hash = ${secretHash}`),
    ),
    codes: countBackupCodes(deps, userId),
  })
  if (renewed.length === 0) return undefined
  const result = { sessionId, secondFactor, backupCodesLeft: codes[0]?.left ?? 0 }
  if (transport === 'cookie') return { ...result, transport, cookie: token }
  const assurance = assuranceOf(session.firstFactor, secondFactor)
  const access = await accessTokenFor(deps, { ...session, authTime, ...assurance })
  return { ...result, transport, access, refreshToken: token }
}

/** Without a salt, the secret before is known as replaced, and good for nothing (refresh.ts). */
const replacedBy = (secretHash: string) => ({
  secretHash,
  previousHash: sql`secret_hash`,
  rotationSalt: null,
  rotatedAt: null,
})

/**
 * Now, or the second after `before` if that is not over: access tokens carry whole seconds, and
 * those from before must not have this one's.
 */
const laterSecond = (before: Date, now: Date): Date =>
  new Date(Math.max(now.getTime(), (Math.floor(before.getTime() / 1000) + 1) * 1000))
