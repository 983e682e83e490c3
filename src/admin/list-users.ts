import { asc, desc, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { roles, statuses, users } from '../db/schema'
import { columnsFor } from '../roles/user-fields'

const time = z.iso.datetime()

/** An account as admins see it (roles/user-fields.ts). */
export const userEntry = z.object({
  id: z.string(),
  email: z.string(),
  notification_email: z.string().nullable(),
  username: z.string().nullable(),
  display_name: z.string().nullable(),
  locale: z.string(),
  role: z.enum(roles),
  status: z.enum(statuses),
  created_at: time,
  email_verified_at: time.nullable(),
  last_login_at: time.nullable(),
  frozen_at: time.nullable(),
  erasure_due_at: time.nullable(),
})

export type UserEntry = z.output<typeof userEntry>

export const columns = columnsFor('admin')
type Row = { [C in keyof typeof columns]: (typeof users.$inferSelect)[C] }

const iso = (date: Date | null) => date?.toISOString() ?? null

export const entryOf = (row: Row): UserEntry => ({
  id: row.id,
  email: row.email,
  notification_email: row.notificationEmail,
  username: row.username,
  display_name: row.displayName,
  locale: row.locale,
  role: row.role,
  status: row.status,
  created_at: row.createdAt.toISOString(),
  email_verified_at: iso(row.emailVerifiedAt),
  last_login_at: iso(row.lastLoginAt),
  frozen_at: iso(row.frozenAt),
  erasure_due_at: iso(row.erasureDueAt),
})

/** Where a page begins. What it says is only a place in a list that the caller may read anyway. */
export type Place = Readonly<{ createdAt: number; id: string }> | Readonly<{ emailKey: string }>

export type UserQuery = Readonly<{
  filter: SQL | undefined
  /** Beginning of a canonical address; such a list is in the order of addresses. */
  email: string | undefined
  newestFirst: boolean
  from: Place | undefined
  limit: number
}>

/**
 * One page of accounts. Every filter has an index in the order of the list, and a page begins with the one
 * account that the page before has read and not shown. So it reads no more accounts than it shows and one,
 * on every page, however many there are. From after the last one shown, it would read that again.
 */
export async function listUsers(
  { db }: Pick<Deps, 'db'>,
  { filter, email, newestFirst, from, limit }: UserQuery,
): Promise<{ users: UserEntry[]; next: Place | null }> {
  const begins =
    email === undefined ? from && placeCondition(from, newestFirst) : beginsWith(email, from)
  const inOrder = newestFirst ? desc : asc
  const rows = await db
    .select({ ...columns, emailKey: users.emailKey })
    .from(users)
    .where(
      sql.join(
        [filter, begins, sql`true`].filter((part) => part !== undefined),
        sql` AND `,
      ),
    )
    .orderBy(
      ...(email === undefined
        ? [inOrder(users.createdAt), inOrder(users.id)]
        : [asc(users.emailKey)]),
    )
    .limit(limit + 1)
  const next = rows[limit]
  return {
    users: rows.slice(0, limit).map(entryOf),
    next: next ? placeOf(next, email !== undefined) : null,
  }
}

const placeOf = (row: Row & { emailKey: string }, byEmail: boolean): Place =>
  byEmail ? { emailKey: row.emailKey } : { createdAt: row.createdAt.getTime(), id: row.id }

/** Row values compare as one, which the index can seek by. */
function placeCondition(place: Place, newestFirst: boolean): SQL | undefined {
  if ('emailKey' in place) return undefined
  const { createdAt, id } = place
  return newestFirst
    ? sql`(created_at, id) <= (${createdAt}, ${id})`
    : sql`(created_at, id) >= (${createdAt}, ${id})`
}

/**
 * A range of the index, where `LIKE` would read the table. No key has a character from U+007F on. It has
 * one lower end: of two the index would be read from the first, through all pages before.
 */
function beginsWith(prefix: string, from: Place | undefined): SQL {
  const key = from && 'emailKey' in from && from.emailKey > prefix ? from.emailKey : prefix
  return sql`email_key >= ${key} AND email_key < ${`${prefix}\u007f`}`
}
