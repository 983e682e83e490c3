import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { isOwn, NOBODY } from '../../platform/audit/scrub-events'
import { pendingActs } from '../../platform/db/admin-schema'
import { auditEvents, auditKeys } from '../../platform/db/audit-schema'
import { merchantProfiles } from '../../platform/db/merchant-schema'
import { signUps, users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { revokeLinks } from './links'

/**
 * Whether no other account holds an address. One that was invited and has not accepted does not.
 */
export const isAddressFree = (key: string, userId: string) => sql`NOT EXISTS (
  SELECT 1 FROM users AS other WHERE other.email_key = ${key} AND other.id <> ${userId}
  AND other.status <> 'pending')`

/** The statement that ends every sign-up with an address, when its mailbox has been opened. */
export const removeSignUps = ({ db }: Pick<Deps, 'db'>, key: string, when: SQL) =>
  db.delete(signUps).where(sql`email_key = ${key} AND ${when}`)

/** The statements that remove what stands in the way of whoever has opened the mailbox. */
export function removeUnproved(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  address: { key: string; userId: string },
  when: SQL,
) {
  return {
    signUps: removeSignUps(deps, address.key, when),
    ...removeInvited(deps, address, when),
  }
}

/** The statements that remove an invitation that nobody has accepted, with all that it is for. */
export function removeInvited(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  address: { key: string; userId: string },
  when: SQL,
) {
  const { db } = deps
  const { key, userId } = address
  const unproved = sql`(SELECT id FROM users WHERE email_key = ${key} AND id <> ${userId}
    AND status = 'pending' AND ${when})`
  return {
    invitedLinks: revokeLinks(deps, sql`user_id IN ${unproved}`),
    invitedProfile: db.delete(merchantProfiles).where(sql`user_id IN ${unproved}`),
    invitedActs: db.delete(pendingActs).where(sql`user_id IN ${unproved}`),
    invitedErased: recordEvent(
      deps,
      {
        event: 'user_erased',
        userId: unproved,
        actor: 'system',
        data: { reason: 'address proved by another account' },
      },
      sql`EXISTS ${unproved}`,
    ),
    invitedEvents: db
      .update(auditEvents)
      .set(NOBODY)
      .where(sql`user_id IN ${unproved} AND ${isOwn} AND salt IS NOT NULL`),
    // What was said of it cannot be changed; without the key nobody reads it.
    invitedKey: db.delete(auditKeys).where(sql`user_id IN ${unproved}`),
    invited: db.delete(users).where(sql`id IN ${unproved}`),
  }
}
