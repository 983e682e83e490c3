import { sql } from 'drizzle-orm'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { hasFreshStepUp } from '../../identity/credentials/step-up'
import { confirmedCount, MAX_AUTHENTICATORS } from '../../identity/factors/authenticators'
import { seedContext } from '../../identity/factors/find-totp'
import { recordEvent } from '../../platform/audit/record'
import { seal } from '../../platform/crypto/sealed-box'
import { randomId } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import { insertWhere } from '../../platform/db/insert-where'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

export type TotpBegun = Readonly<{ id: string; seed: string; uri: string; qrSvg: string }>

/**
 * Begins to set up an authenticator app. It is no factor until `confirmTotp`, and only this session
 * can get it there: a seed that somebody else has seen is never confirmed by the owner's code. What
 * was begun before and not confirmed is dropped; an app in use stays as it is.
 */
export async function beginTotp(
  deps: Pick<Deps, 'db' | 'settings' | 'caller' | 'now'>,
  session: CurrentSession,
  name: string,
): Promise<TotpBegun> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  const id = randomId('aut')
  const { newSeed, otpauthUri } = await import('../../identity/factors/totp')
  const seed = newSeed()
  const sealed = await seal(deps.settings.SEALING_KEYS, seedContext(userId, id), seed)
  const may = sql`${hasFreshStepUp(deps, session)}
    AND ${confirmedCount(userId)} < ${MAX_AUTHENTICATORS}`
  const { begun, apps } = await batch(db, {
    dropped: db
      .delete(totpAuthenticators)
      .where(sql`user_id = ${userId} AND confirmed_at IS NULL AND ${may}`),
    begun: insertWhere(
      db,
      totpAuthenticators,
      { userId, id, name, sealedSeed: sealed, sessionId, createdAt: deps.now().getTime() },
      may,
    ).returning({ id: totpAuthenticators.id }),
    event: recordEvent(
      deps,
      {
        event: 'authn_totp_setup',
        userId,
        actor: userId,
        sessionId,
        data: { authenticator: id },
      },
      sql`EXISTS (SELECT 1 FROM totp_authenticators WHERE user_id = ${userId} AND id = ${id})`,
    ),
    apps: db.select({ count: confirmedCount(userId) }).from(sql`(SELECT 1)`),
  })
  if (begun.length === 0) {
    const isFull = (apps[0]?.count ?? 0) >= MAX_AUTHENTICATORS
    throw problem(isFull ? 'too_many_authenticators' : 'insufficient_user_authentication')
  }
  const uri = otpauthUri(seed, session.user.email)
  return { id, seed, uri, qrSvg: await qrCodeOf(uri) }
}

/**
 * Dark on white with the quiet zone of four modules (ISO/IEC 18004), so that it scans on a dark
 * page too.
 */
async function qrCodeOf(text: string): Promise<string> {
  const { renderSVG } = await import('uqr')
  return renderSVG(text, { ecc: 'M', border: 4, blackColor: '#000', whiteColor: '#fff' })
}
