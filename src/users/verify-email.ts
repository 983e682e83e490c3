import { and, eq, ne, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomToken, sha256 } from '../crypto/token'
import { mailedTokens, users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { enqueueMail } from '../email/enqueue'
import { problem } from '../problems'
import { reach } from '../reach'
import { emailKey } from './email-key'
import { hasNoFreshLink } from './fresh-link'
import { mailedLink } from './mailed-link'

/**
 * Confirms an address with the token that was mailed to it. Works once: the batch activates the
 * account only while the token is there, and takes the token away. Opens no session.
 */
export async function verifyEmail(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  token: string,
): Promise<void> {
  const { db } = deps
  const now = deps.now()
  const tokenHash = sha256(token)
  const holder = sql`(SELECT user_id FROM mailed_tokens
    WHERE token_hash = ${tokenHash} AND purpose = 'verify' AND expires_at > ${now.getTime()})`
  const [confirmed] = await db.batch([
    db
      .update(users)
      .set({ status: 'active', emailVerifiedAt: now })
      .where(sql`${users.id} = ${holder} AND ${users.status} = 'pending'`)
      .returning({ id: users.id }),
    recordEvent(
      deps,
      { event: 'user_email_verified', userId: holder, actor: holder },
      sql`${holder} IS NOT NULL`,
    ),
    db
      .delete(mailedTokens)
      .where(and(eq(mailedTokens.tokenHash, tokenHash), eq(mailedTokens.purpose, 'verify'))),
  ])
  if (confirmed.length === 0) throw problem('invalid_token')
}

/**
 * Sends the verification link again, a new one that kills the one before. Anyone may ask for any
 * address; only one that waits for confirmation gets a mail, and neither the answer tells nor the work: one
 * query, one call of a guard, one batch with an event, one message. Where the mail would be one too many for
 * the address, sign-ups included, the link before stays good and nothing is written.
 */
export async function resendVerification(deps: Deps, email: string): Promise<void> {
  const { db } = deps
  const key = emailKey(email)
  const [[waiting], isGranted] = await Promise.all([
    db
      .select({ id: users.id, email: users.email, locale: users.locale })
      .from(users)
      .where(and(eq(users.emailKey, key), eq(users.status, 'pending'), hasNoFreshLink(deps))),
    reach(deps, 'guard', () =>
      guardOf(deps, { address: key }).takeMail('verify', deps.now().getTime()),
    ),
  ])
  const token = randomToken()
  const user = isGranted ? waiting : undefined
  const isIssued = await replaceLink(deps, { userId: user?.id ?? null, token, isGranted })
  const owner = isIssued ? user : undefined
  await enqueueMail(deps, {
    template: 'verify_email',
    to: owner?.email ?? null,
    userId: owner?.id ?? null,
    ...(owner && { locale: owner.locale }),
    data: {
      link: mailedLink(deps, 'verify-email', token),
      validHours: Math.floor(deps.settings.EMAIL_VERIFICATION_TIMEOUT / 3600),
      usernameTaken: null,
    },
  })
}

/** Stores a new link in place of the one before; false if nobody waits for one any more. */
async function replaceLink(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings'>,
  link: { userId: string | null; token: string; isGranted: boolean },
): Promise<boolean> {
  const { db } = deps
  const { userId, token, isGranted } = link
  const tokenHash = sha256(token)
  const expiresAt = deps.now().getTime() + deps.settings.EMAIL_VERIFICATION_TIMEOUT * 1000
  const isThere = sql`EXISTS (SELECT 1 FROM mailed_tokens WHERE token_hash = ${tokenHash})`
  const [issued] = await db.batch([
    db
      .insert(mailedTokens)
      .select(
        sql`SELECT ${tokenHash}, id, 'verify', NULL, ${expiresAt} FROM users
          WHERE id = ${userId} AND status = 'pending'`,
      )
      .returning({ userId: mailedTokens.userId }),
    db
      .delete(mailedTokens)
      .where(
        and(
          eq(mailedTokens.userId, userId ?? ''),
          eq(mailedTokens.purpose, 'verify'),
          ne(mailedTokens.tokenHash, tokenHash),
          isThere,
        ),
      ),
    // Nobody's too: a batch that writes nothing would be answered sooner. Past the limit none has any.
    recordEvent(
      deps,
      { event: 'user_verification_requested', userId, data: { sent: userId !== null } },
      sql`${isGranted}`,
    ),
  ])
  return issued.length > 0
}
