import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { columnsFor } from '../identity/accounts/user-fields'
import { batch } from '../platform/db/batch'
import { roles, statuses, type users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { accessPath, type Place, type UserFilter } from './access-path'

const time = z.iso.datetime()

/** An account as admins see it (identity/accounts/user-fields.ts). */
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

/** The columns of a row that a subquery has found. */
const fields = Object.fromEntries(
  Object.entries(columns).map(([name, column]) => [
    name,
    sql`${sql.identifier(column.name)}`.mapWith(column),
  ]),
) as { [C in keyof Row]: SQL<Row[C]> }

/** Accounts or words that one page looks at where it may not show them all: a few milliseconds. */
const WINDOW = 2000

export type UserQuery = Readonly<{
  filter: UserFilter
  newestFirst: boolean
  from: Place | undefined
  limit: number
}>

/**
 * One page of accounts, and the place where the next begins, as JSON. A page begins with the one
 * account that the page before has read and not shown. So where one filter is given, or none, it
 * reads no more accounts than it shows and one, on every page, however many there are. Of several,
 * one finds accounts by its index and the others are asked of the next 2,000 that it finds: such a
 * page may show fewer than `limit`, or none, before the last. So may one by a name, which looks at
 * 2,000 words: all words of a person may begin alike.
 */
export async function listUsers(
  { db }: Pick<Deps, 'db'>,
  { filter, limit, ...start }: UserQuery,
): Promise<{ users: UserEntry[]; next: string | null }> {
  const { found, order, place, rest } = accessPath(filter, start)
  const { page, end } = await batch(db, {
    page: db
      .select({ ...fields, place })
      .from(sql`(SELECT * FROM ${found} LIMIT ${WINDOW}) AS candidate`)
      .where(rest)
      .orderBy(order)
      .limit(limit + 1),
    end: rest && db.select({ place }).from(sql`${found} LIMIT 1 OFFSET ${WINDOW}`),
  })
  return {
    users: page.slice(0, limit).map(entryOf),
    next: page[limit]?.place ?? end?.[0]?.place ?? null,
  }
}
