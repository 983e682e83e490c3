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

/** Where a page ended. What it says is only a place in a list that the caller may read anyway. */
export type Place = Readonly<{ createdAt: number; id: string }> | Readonly<{ emailKey: string }>

export type UserQuery = Readonly<{
  filter: SQL | undefined
  /** Beginning of a canonical address; such a list is in the order of addresses. */
  email: string | undefined
  newestFirst: boolean
  after: Place | undefined
  limit: number
}>

/**
 * One page of accounts. Every filter has an index in the order of the list, and a page begins where the
 * one before ended, so it reads no more rows than it shows and one, however many accounts there are.
 */
export async function listUsers(
  { db }: Pick<Deps, 'db'>,
  { filter, email, newestFirst, after, limit }: UserQuery,
): Promise<{ users: UserEntry[]; next: Place | null }> {
  const isAfter = after && placeCondition(after, newestFirst)
  const inOrder = newestFirst ? desc : asc
  const rows = await db
    .select({ ...columns, emailKey: users.emailKey })
    .from(users)
    .where(
      sql.join(
        [filter, email === undefined ? undefined : beginsWith(email), isAfter, sql`true`].filter(
          (part) => part !== undefined,
        ),
        sql` AND `,
      ),
    )
    .orderBy(
      ...(email === undefined
        ? [inOrder(users.createdAt), inOrder(users.id)]
        : [asc(users.emailKey)]),
    )
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const place = last && rows.length > limit ? placeOf(last, email !== undefined) : null
  return { users: page.map(entryOf), next: place }
}

const placeOf = (row: Row & { emailKey: string }, byEmail: boolean): Place =>
  byEmail ? { emailKey: row.emailKey } : { createdAt: row.createdAt.getTime(), id: row.id }

/** Row values compare as one, which the index can seek by. */
function placeCondition(place: Place, newestFirst: boolean): SQL {
  if ('emailKey' in place) return sql`email_key > ${place.emailKey}`
  const { createdAt, id } = place
  return newestFirst
    ? sql`(created_at, id) < (${createdAt}, ${id})`
    : sql`(created_at, id) > (${createdAt}, ${id})`
}

/** A range of the index, where `LIKE` would read the table. No key has a character from U+007F on. */
const beginsWith = (prefix: string): SQL =>
  sql`email_key >= ${prefix} AND email_key < ${`${prefix}\u007f`}`
