import { and, eq, ne, sql } from 'drizzle-orm'
import * as z from 'zod'
import { findLink, isUnchangedSince } from '../../identity/accounts/find-link'
import { isAddressFree, removeUnproved } from '../../identity/accounts/free-address'
import { linksOf, revokeLinks } from '../../identity/accounts/links'
import { mailedLink } from '../../identity/accounts/mailed-link'
import { ADDRESS_MS, issueNotMe } from '../../identity/accounts/not-me-link'
import { notifyOwner, occasionOf, ownerColumns } from '../../identity/accounts/notify-owner'
import { sessionExists } from '../../identity/credentials/session-ref'
import { recordEvent } from '../../platform/audit/record'
import { randomToken } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { maskAddress } from '../../platform/email/header-safety'
import { problem } from '../../platform/problems'
import { emailKey } from '../../platform/text/email-key'

const schema = z.object({ email: z.string(), sessionId: z.string(), epoch: z.int() })

/**
 * Gives the account the address that the link was mailed to, and tells the old one. One batch: of
 * two accounts that confirm one address at once, one gets it. Every session ends but the one that
 * asked, and with them each login, reset and change that was under way. Where the one that asked
 * has been ended, it may have been an intruder's: its link is dead.
 */
export async function confirmEmailChange(deps: Deps, token: string): Promise<void> {
  const { db } = deps
  const link = await findLink(deps, { purpose: 'change_email', token, schema })
  const { userId, isGood } = link
  const { email, sessionId, epoch } = link.data
  const key = emailKey(email)
  const notMe = randomToken()
  const isDue = sql`${isGood} AND ${isUnchangedSince(epoch, userId)}
    AND ${sessionExists({ userId, sessionId })} AND ${isAddressFree(key, userId)}`
  const isDone = sql`${isGood} AND EXISTS (
    SELECT 1 FROM users WHERE id = ${userId} AND email_key = ${key})`
  const { before } = await batch(db, {
    before: db
      .select(ownerColumns)
      .from(users)
      .where(and(eq(users.id, userId), isDue)),
    notMe: issueNotMe(deps, { userId, token: notMe }, isDue),
    ...removeUnproved(deps, { key, userId }, isDue),
    changed: db
      .update(users)
      .set({
        email,
        emailKey: key,
        emailVerifiedAt: deps.now(),
        securityEpoch: epoch + 1,
        // A second address for notices that is the first one is none.
        notificationEmail: sql`CASE WHEN lower(notification_email) NOT IN (${key}, lower(${email}))
          THEN notification_email END`,
      })
      .where(and(eq(users.id, userId), isDue)),
    event: recordEvent(
      deps,
      { event: 'user_email_changed', userId, actor: userId, sessionId },
      isDone,
    ),
    sessions: db
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), ne(sessions.id, sessionId), isDone)),
    links: revokeLinks(deps, linksOf(userId, 'change_email', 'reset'), isDone),
  })
  const [owner] = before
  if (!owner) throw problem('invalid_token', { reason: 'changed or taken meanwhile' })
  const data = { link: mailedLink(deps, 'not-me', notMe), newEmail: maskAddress(email) }
  await notifyOwner(deps, owner, {
    template: 'email_changed',
    expiresAt: deps.now().getTime() + ADDRESS_MS,
    data: { ...data, ...occasionOf(deps) },
  })
}
