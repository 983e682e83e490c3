import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { merchantProfiles } from '../db/merchant-schema'
import { mailedTokens, pendingActs, users } from '../db/schema'

/**
 * Whether no other account holds an address. One whose sign-up was never confirmed does not: whoever
 * can open the mailbox comes first, so that nobody keeps an address from its owner by signing up with it.
 */
export const isAddressFree = (key: string, userId: string) => sql`NOT EXISTS (
  SELECT 1 FROM users AS other WHERE other.email_key = ${key} AND other.id <> ${userId}
  AND other.status <> 'pending')`

/** The statements that remove a sign-up that stands in the way of whoever has opened the mailbox. */
export function removeUnproved(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  address: { key: string; userId: string },
  when: SQL,
) {
  const { db } = deps
  const { key, userId } = address
  const unproved = sql`(SELECT id FROM users WHERE email_key = ${key} AND id <> ${userId}
    AND status = 'pending' AND ${when})`
  return [
    db.delete(mailedTokens).where(sql`user_id IN ${unproved}`),
    db.delete(merchantProfiles).where(sql`user_id IN ${unproved}`),
    db.delete(pendingActs).where(sql`user_id IN ${unproved}`),
    recordEvent(
      deps,
      {
        event: 'user_erased',
        userId: unproved,
        actor: 'system',
        data: { reason: 'address proved by another account' },
      },
      sql`EXISTS ${unproved}`,
    ),
    db.delete(users).where(sql`id IN ${unproved}`),
  ] as const
}
