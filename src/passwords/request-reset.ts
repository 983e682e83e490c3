import { and, eq, ne, sql } from 'drizzle-orm'
import { type AuditEvent, recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomToken, sha256 } from '../crypto/token'
import { mailedTokens, users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { enqueueMail } from '../email/enqueue'
import { reach } from '../reach'
import { emailKey } from '../users/email-key'
import { mailedLink } from '../users/mailed-link'
import { isRecoverable } from './is-recoverable'

/**
 * Mails a link that sets a new password to whoever has an account under this address. Anyone may ask for
 * any address, and cannot tell which it was: one query, one call of a guard, one batch and one message
 * for all of them. It goes to the address that is stored, never to the spelling that was typed.
 *
 * Asking changes nothing but the link before, and that only where a new one goes out: past the limit of
 * mails the old link stays good, so that nobody can kill it for its owner. What an admin (by id) asks for
 * says so in the mail, and does not show where the admin was.
 */
export async function requestReset(deps: Deps, email: string, admin?: string): Promise<void> {
  const { db } = deps
  const requestedBy = admin === undefined ? 'owner' : 'admin'
  const key = emailKey(email)
  const [found] = await db
    .select({ id: users.id, email: users.email, locale: users.locale })
    .from(users)
    .where(and(eq(users.emailKey, key), ...isRecoverable))
  const now = deps.now().getTime()
  const name = { kind: 'email', key } as const
  const waitSeconds = await reach(deps, 'guard', () => guardOf(deps, { name }).ask('reset', now))
  const isGranted = waitSeconds === 0
  const token = randomToken()
  const expiresAt = now + deps.settings.PASSWORD_RESET_TIMEOUT * 1000
  const user = isGranted ? found : undefined
  const link = { key, userId: user?.id ?? '', token, expiresAt }
  const isIssued = await replaceLink(deps, link, {
    event: 'authn_password_reset_requested',
    userId: found?.id ?? null,
    actor: admin ?? null,
    data: { limited: !isGranted, by: requestedBy },
  })
  const owner = isIssued ? user : undefined
  await enqueueMail(deps, {
    template: 'reset_password',
    to: owner?.email ?? null,
    userId: owner?.id ?? null,
    ...(owner && { locale: owner.locale }),
    expiresAt,
    name: key,
    ...(admin !== undefined && { cause: 'service' }),
    data: {
      link: mailedLink(deps, 'reset-password', token),
      requestedBy,
      validMinutes: Math.floor(deps.settings.PASSWORD_RESET_TIMEOUT / 60),
      ip: deps.caller.ip,
      country: deps.caller.country,
      time: deps.now(),
    },
  })
}

/**
 * Stores the new link in place of the one before, for the epoch that the account has at this moment: a
 * change of password, address or factor ends it. False, and nothing done, if the address is not that
 * user's any more.
 */
async function replaceLink(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  link: { key: string; userId: string; token: string; expiresAt: number },
  event: AuditEvent,
): Promise<boolean> {
  const { db } = deps
  const { userId } = link
  const tokenHash = sha256(link.token)
  const isThere = sql`EXISTS (SELECT 1 FROM mailed_tokens WHERE token_hash = ${tokenHash})`
  const [issued] = await db.batch([
    db
      .insert(mailedTokens)
      .select(
        sql`SELECT ${tokenHash}, id, 'reset', CAST(security_epoch AS TEXT), ${link.expiresAt}
          FROM users WHERE id = ${userId} AND email_key = ${link.key} AND ${and(...isRecoverable)}`,
      )
      .returning({ userId: mailedTokens.userId }),
    db
      .delete(mailedTokens)
      .where(
        and(
          eq(mailedTokens.userId, userId),
          eq(mailedTokens.purpose, 'reset'),
          ne(mailedTokens.tokenHash, tokenHash),
          isThere,
        ),
      ),
    // Whatever came of it: a batch that writes nothing would be answered sooner.
    recordEvent(deps, event),
  ])
  return issued.length > 0
}
