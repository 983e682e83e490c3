import { and, eq, getTableName, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { auditKeys } from '../db/audit-schema'
import { users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { insertWaiting } from '../email/enqueue'
import { log } from '../log'
import { dropObjects } from '../merchants/document-objects'
import { reach } from '../reach'
import { type Owner, ownerColumns, ownerNotices } from '../users/notify-owner'
import { countFailed } from './count-failed'
import type { Counts } from './job'
import { scrubEvents } from '../audit/scrub-events'
import { userTables } from './user-tables'

/** Accounts that one run erases; the rest is due at the next. */
const ACCOUNTS = 50
/** A run that was cut off has lost its accounts by the next one, and one beside it does not see them. */
const LEASE_MS = 14 * 60_000

/**
 * Erases the accounts whose time has come: all that is personal goes, and what happened stays under an
 * id that names nobody, so that the audit trail stays whole.
 */
export async function eraseAccounts(deps: Deps): Promise<Counts> {
  const due = await claimDue(deps)
  const failed = await countFailed(due.accounts, (owner) => erase(deps, owner, due.lease))
  return { accounts: due.accounts.length - failed, failed }
}

/** Takes accounts that are due, by making them due later: of two runs at once each gets others. */
async function claimDue({ db, now }: Pick<Deps, 'db' | 'now'>) {
  const ms = now().getTime()
  const lease = new Date(ms + LEASE_MS)
  const accounts = await db
    .update(users)
    .set({ erasureDueAt: lease })
    .where(
      sql`id IN (SELECT id FROM users WHERE erasure_due_at <= ${ms}
        ORDER BY erasure_due_at LIMIT ${ACCOUNTS})`,
    )
    .returning(ownerColumns)
  return { accounts, lease }
}

async function erase(deps: Deps, owner: Owner, lease: Date): Promise<void> {
  const { db } = deps
  const userId = owner.id
  const { events, scrubRest } = await scrubEvents(deps, userId)
  const eraseGuard = () => reach(deps, 'guard', () => guardOf(deps, { userId }).erase())
  await eraseGuard()
  await reach(deps, 'archive', () => dropObjects(deps, userId))
  const mails = await ownerNotices(deps, owner, { template: 'account_erased', data: {} })
  const isMine = sql`EXISTS (SELECT 1 FROM users
    WHERE id = ${userId} AND erasure_due_at = ${lease.getTime()})`
  const event = { event: 'user_erased', userId, actor: 'system', data: { events } } as const
  const tables = userTables.map(
    (table) =>
      [getTableName(table), db.delete(table).where(and(eq(table.userId, userId), isMine))] as const,
  )
  const { concerned, acted, gone } = await batch(db, {
    ...scrubRest(isMine),
    event: recordEvent(deps, event, isMine),
    mails: insertWaiting(deps, mails, isMine),
    // What is in the archive cannot be changed; without its key nobody reads it.
    archiveKey: db.delete(auditKeys).where(and(eq(auditKeys.userId, userId), isMine)),
    ...Object.fromEntries(tables),
    gone: db
      .delete(users)
      .where(and(eq(users.id, userId), eq(users.erasureDueAt, lease)))
      .returning({ id: users.id }),
  })
  if (gone.length === 0) return
  const changes = concerned.meta.changes + acted.meta.changes
  // Again, for what a login has left in it meanwhile.
  await eraseGuard().catch(() => log('warn', 'guard_not_told', { user_id: userId }))
  log('info', 'user_erased', { user_id: userId, events: events + changes })
}
