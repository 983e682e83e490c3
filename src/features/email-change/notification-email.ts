import { and, eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import { findLink, isUnchangedSince } from '../../identity/accounts/find-link'
import { linksOf, replaceAddressLink, revokeLinks } from '../../identity/accounts/links'
import { mailedLink } from '../../identity/accounts/mailed-link'
import { notifyOwner, occasionOf, ownerColumns } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf, sessionExists } from '../../identity/credentials/session-ref'
import { hasFreshStepUp, requireUsed, consumeStepUp } from '../../identity/credentials/step-up'
import { recordEvent } from '../../platform/audit/record'
import { randomToken } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { causeOf, causingAccountOf } from '../../platform/email/cause'
import { enqueueMail } from '../../platform/email/enqueue'
import { maskAddress } from '../../platform/email/header-safety'
import { problem } from '../../platform/problems'
import { emailKey } from '../../platform/text/email-key'
import { requireOther } from './change-email'

const schema = z.object({ email: z.string(), sessionId: z.string(), epoch: z.int() })

/** Asks for a second address for notices. It gets none before its owner confirms it. */
export async function requestNotificationEmail(
  deps: Deps,
  session: CurrentSession,
  email: string,
): Promise<void> {
  const { userId, sessionId } = refOf(session)
  requireOther(session, emailKey(email))
  const token = randomToken()
  const may = hasFreshStepUp(deps, session)
  const seconds = deps.settings.EMAIL_VERIFICATION_TIMEOUT
  const { used } = await batch(deps.db, {
    ...replaceAddressLink(
      deps,
      { userId, sessionId, email, token, purpose: 'notification_email' },
      may,
    ),
    event: recordEvent(
      deps,
      { event: 'user_notification_email_requested', userId, actor: userId, sessionId },
      may,
    ),
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  await enqueueMail(deps, {
    template: 'notification_email',
    to: email,
    userId,
    locale: session.user.locale,
    cause: causeOf(deps, causingAccountOf(deps, session.user)),
    expiresAt: deps.now().getTime() + seconds * 1000,
    data: {
      link: mailedLink(deps, 'confirm-notifications', token),
      validHours: Math.floor(seconds / 3600),
    },
  })
}

/**
 * Sends notices to the address of the link from now on, in place of the one before, and tells that
 * one. A link whose session has been ended is dead: whoever asked may be an intruder.
 */
export async function confirmNotificationEmail(deps: Deps, token: string): Promise<void> {
  const { db } = deps
  const link = await findLink(deps, { purpose: 'notification_email', token, schema })
  const { userId, isGood } = link
  const { email, sessionId, epoch } = link.data
  const isDue = sql`${isGood} AND ${isUnchangedSince(epoch, userId)}
    AND ${sessionExists({ userId, sessionId })}`
  const isUser = and(eq(users.id, userId), isDue)
  const { owners } = await batch(db, {
    owners: db.select(ownerColumns).from(users).where(isUser),
    changed: db.update(users).set({ notificationEmail: email }).where(isUser),
    event: recordEvent(
      deps,
      {
        event: 'user_notification_email_changed',
        userId,
        actor: userId,
        data: { change: 'added' },
      },
      isDue,
    ),
    links: revokeLinks(deps, linksOf(userId, 'notification_email'), isDue),
  })
  const [before] = owners
  if (!before) throw problem('invalid_token', { reason: 'changed meanwhile' })
  await notifyOwner(deps, before, {
    template: 'notification_email_changed',
    data: { change: 'added', address: maskAddress(email), ...occasionOf(deps) },
  })
}

/**
 * Sends notices to the first address alone from now on. The second one hears of it: it may be the
 * owner's.
 */
export async function removeNotificationEmail(deps: Deps, session: CurrentSession): Promise<void> {
  const { userId, sessionId } = refOf(session)
  const who = { userId, actor: userId, sessionId }
  const { db } = deps
  const may = hasFreshStepUp(deps, session)
  const isUser = and(eq(users.id, userId), sql`notification_email IS NOT NULL`, may)
  const { owners, used } = await batch(db, {
    owners: db.select(ownerColumns).from(users).where(isUser),
    event: recordEvent(
      deps,
      { event: 'user_notification_email_changed', ...who, data: { change: 'removed' } },
      sql`EXISTS (SELECT 1 FROM users WHERE ${isUser})`,
    ),
    changed: db.update(users).set({ notificationEmail: null }).where(isUser),
    links: revokeLinks(deps, linksOf(userId, 'notification_email'), may),
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  const [before] = owners
  if (!before?.notificationEmail) return
  const address = maskAddress(before.notificationEmail)
  await notifyOwner(deps, before, {
    template: 'notification_email_changed',
    data: { change: 'removed', address, ...occasionOf(deps) },
  })
}
