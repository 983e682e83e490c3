import { and, eq, sql } from 'drizzle-orm'
import { type AccessToken, accessTokenFor } from '../../identity/credentials/access-token'
import { type CurrentSession, findSession } from '../../identity/credentials/find-session'
import { isSession, refOf, sessionExists } from '../../identity/credentials/session-ref'
import { readSecret, successorOf } from '../../identity/credentials/session-secret'
import { endSession } from '../../identity/sessions/end-session'
import { recordEvent } from '../../platform/audit/record'
import { randomToken } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { requireAllowed, takeOfAccount } from '../../platform/http/rate-limit'
import { problem } from '../../platform/problems'
import { DAY_MS } from '../../platform/time'

/** Within this time the same token gets the same successor: several tabs, a retry on a bad line. */
const RACE_MS = 10_000
/** Each lost turn means that another request has rotated; the next look finds its result. */
const MAX_TURNS = 4

type RefreshDeps = Pick<Deps, 'db' | 'now' | 'settings' | 'caller' | 'ipLimiters' | 'patience'>

export type Refreshed = Readonly<{ sessionId: string; access: AccessToken; refreshToken: string }>

/**
 * Exchanges a refresh token for its successor and a fresh access token (RFC 9700 §4.14.2).
 *
 * The token before the present one stays good until its successor is first used, for its answer may
 * have been lost. Any older one is a stolen copy, or its victim: the session ends for both.
 */
export async function refreshSession(deps: RefreshDeps, token: string): Promise<Refreshed> {
  const presented = readSecret(deps.settings, 'refresh', token)
  if (!presented) throw problem('invalid_refresh_token', { reason: 'not one of ours' })
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const session = await findSession(deps, presented)
    if (!session) throw problem('invalid_refresh_token', { reason: 'session over' })
    const successor = await rotate(deps, session, token, presented.secretHash)
    if (successor) {
      const access = await accessTokenFor(deps, session)
      return { sessionId: session.id, access, refreshToken: successor }
    }
  }
  throw problem('service_unavailable', { reason: 'refresh: lost every turn' })
}

/** Ends the session of a refresh token that is good now, or was until a moment ago. */
export async function endByRefreshToken(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  token: string,
): Promise<void> {
  const presented = readSecret(deps.settings, 'refresh', token)
  const session = presented && (await findSession(deps, presented))
  if (!session) throw problem('invalid_refresh_token')
  const isGood = [session.secretHash, session.previousHash].includes(presented.secretHash)
  const event = isGood ? 'session_ended' : 'authn_token_reuse'
  await endSession(deps, refOf(session), event)
}

/**
 * The successor of a token, or `undefined` when another request has changed the session meanwhile.
 */
async function rotate(
  deps: RefreshDeps,
  session: CurrentSession,
  token: string,
  presentedHash: string,
): Promise<string | undefined> {
  const ref = refOf(session)
  const isPrevious = presentedHash === session.previousHash
  if (!isPrevious && presentedHash !== session.secretHash) {
    await endSession(deps, refOf(session), 'authn_token_reuse')
    throw problem('invalid_refresh_token', { reason: 'reused' })
  }
  const { rotationSalt, rotatedAt } = session
  // A step-up has replaced it. Another tab may not know yet: that is no theft, and no way in
  // either.
  if (isPrevious && !rotationSalt) {
    throw problem('invalid_refresh_token', { reason: 'replaced at step-up' })
  }
  if (isPrevious && rotationSalt && rotatedAt) {
    const known = successorOf(deps.settings, ref, token, rotationSalt)
    const isRace = deps.now().getTime() < rotatedAt.getTime() + RACE_MS
    if (isRace && known.secretHash === session.secretHash) return known.token
  }
  // Once the token is seen to be good, or an old one could use up what its owner may do.
  const verdict = await takeOfAccount(deps, 'refresh', ref.userId)
  requireAllowed(deps.settings, 'refresh', verdict)
  const salt = randomToken()
  const successor = successorOf(deps.settings, ref, token, salt)
  const now = deps.now()
  const replace = deps.db
    .update(sessions)
    .set({
      previousHash: presentedHash,
      secretHash: successor.secretHash,
      rotationSalt: salt,
      rotatedAt: now,
      lastUsedAt: now,
    })
    .where(and(isSession(ref), eq(sessions.secretHash, session.secretHash)))
    .returning({ id: sessions.id })
  const record = recordEvent(
    deps,
    { event: 'session_renewed', userId: ref.userId, actor: ref.userId, sessionId: ref.sessionId },
    sessionExists(ref, sql`secret_hash = ${successor.secretHash}`),
  )
  // The first of a day alone: a client refreshes every five minutes, or in a loop.
  const isFirstOfDay = !rotatedAt || dayOf(rotatedAt) < dayOf(now)
  const event = isFirstOfDay ? record : undefined
  const { replaced } = await batch(deps.db, { replaced: replace, event })
  return replaced.length > 0 ? successor.token : undefined
}

/** Days are those of UTC. */
const dayOf = (time: Date): number => Math.floor(time.getTime() / DAY_MS)
