import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { findLink } from '../../identity/accounts/find-link'
import { isAddressFree, removeUnproved } from '../../identity/accounts/free-address'
import { linkColumns, linksOf, revokeLinks } from '../../identity/accounts/links'
import { notifyOwner, occasionOf, ownerColumns } from '../../identity/accounts/notify-owner'
import { revokeAllKeys } from '../../identity/api-keys/revoke-all-keys'
import { removeFactorsSince } from '../../identity/factors/strong-factors'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import { knownDevices, sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { emailKey } from '../../platform/text/email-key'

const schema = z.object({ email: z.string(), since: z.number() })

/**
 * The owner says that a change was not their act: everything stops until the password is reset
 * through the address of the link, which the account gets back, and what the link undoes of factors
 * goes. API keys end for good, and no browser is known any more. Where that address belongs to
 * another account by now, a reset would go to the intruder: then the account is disabled.
 *
 * Links of the same address and younger ones die with it, older ones stay: after two changes the
 * first address has the last word, not the intruder's in between.
 */
export async function freezeAccount(deps: Deps, token: string): Promise<'frozen' | 'disabled'> {
  const { db } = deps
  const link = await findLink(deps, { purpose: 'not_me', token, schema })
  const { userId, isGood } = link
  const { email, since } = link.data
  const key = emailKey(email)
  const { frozen } = await batch(db, {
    ...removeUnproved(deps, { key, userId }, isGood),
    kept: recordEvent(
      deps,
      { event: 'user_erasure_cancelled', userId, actor: userId },
      sql`${isGood} AND EXISTS (
        SELECT 1 FROM users WHERE id = ${userId} AND erasure_due_at IS NOT NULL)`,
    ),
    frozen: restoreAddress(deps, { userId, email, key }, isGood),
    event: recordEvent(deps, { event: 'user_frozen', userId, actor: userId }, isGood),
    sessions: db.delete(sessions).where(and(eq(sessions.userId, userId), isGood)),
    // The guard forgets them at the reset, without which nobody signs in.
    devices: db.delete(knownDevices).where(and(eq(knownDevices.userId, userId), isGood)),
    ...revokeAllKeys(deps, { userId, by: userId }, isGood),
    ...removeFactorsSince(deps, { userId, since: new Date(since) }, isGood),
    links: revokeLinks(
      deps,
      linksOf(userId),
      and(
        isGood,
        or(
          inArray(linkColumns.purpose, [
            'change_email',
            'notification_email',
            'reset',
            'keep_account',
          ]),
          sql`purpose = 'not_me' AND (json_extract(data, '$.email') = ${email}
              OR json_extract(data, '$.since') >= ${since})`,
        ),
      ),
    ),
  })
  const [account] = frozen
  if (!account) throw problem('invalid_token', { reason: 'used meanwhile' })
  const { status, ...owner } = account
  if (status !== 'active') return 'disabled'
  await notifyOwner(deps, owner, { template: 'account_frozen', data: occasionOf(deps) })
  return 'frozen'
}

/** Brings the address back if it can be, and stops the account in any case. */
function restoreAddress(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { userId, email, key }: { userId: string; email: string; key: string },
  when: SQL,
) {
  const isFree = isAddressFree(key, userId)
  return db
    .update(users)
    .set({
      frozenAt: now(),
      securityEpoch: sql`security_epoch + 1`,
      // Disowned, the present address is no proof of anything; it keeps an admin from enabling the
      // account.
      emailVerifiedAt: sql`CASE WHEN NOT ${isFree} THEN NULL
        WHEN email_key <> ${key} THEN ${now().getTime()} ELSE email_verified_at END`,
      email: sql`CASE WHEN ${isFree} THEN ${email} ELSE email END`,
      emailKey: sql`CASE WHEN ${isFree} THEN ${key} ELSE email_key END`,
      status: sql`CASE WHEN ${isFree} THEN status ELSE 'disabled' END`,
      notificationEmail: null,
      erasureDueAt: null,
    })
    .where(and(eq(users.id, userId), when))
    .returning({ ...ownerColumns, status: users.status })
}
