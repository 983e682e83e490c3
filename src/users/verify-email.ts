import { and, eq, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomToken, sha256 } from '../crypto/token'
import { mailedTokens, users } from '../db/schema'
import { enqueueMail } from '../email/enqueue'
import { problem } from '../problems'
import { emailKey } from './email-key'
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
 * address; only one that waits for confirmation gets a mail, and the answer does not tell.
 */
export async function resendVerification(deps: Deps, email: string): Promise<void> {
  const { db } = deps
  const now = deps.now()
  const token = randomToken()
  const expiresAt = now.getTime() + deps.settings.EMAIL_VERIFICATION_TIMEOUT * 1000
  const waiting = sql`FROM users WHERE email_key = ${emailKey(email)} AND status = 'pending'`
  const [, , , [user]] = await db.batch([
    db
      .delete(mailedTokens)
      .where(
        sql`${mailedTokens.purpose} = 'verify' AND ${mailedTokens.userId} IN (SELECT id ${waiting})`,
      ),
    db
      .insert(mailedTokens)
      .select(sql`SELECT ${sha256(token)}, id, 'verify', NULL, ${expiresAt} ${waiting}`),
    recordEvent(
      deps,
      { event: 'user_verification_sent', userId: sql`(SELECT id ${waiting})` },
      sql`EXISTS (SELECT 1 ${waiting})`,
    ),
    db
      .select({ id: users.id, email: users.email, locale: users.locale })
      .from(users)
      .where(sql`${users.emailKey} = ${emailKey(email)} AND ${users.status} = 'pending'`),
  ])
  await enqueueMail(deps, {
    template: 'verify_email',
    to: user?.email ?? null,
    userId: user?.id ?? null,
    ...(user && { locale: user.locale }),
    data: {
      link: mailedLink(deps, 'verify-email', token),
      validHours: Math.floor(deps.settings.EMAIL_VERIFICATION_TIMEOUT / 3600),
      usernameTaken: null,
    },
  })
}
