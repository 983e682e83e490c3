import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** A value as it is stored, times in milliseconds, or how the database finds it. */
type Value = SQL | string | number | null

/**
 * Inserts one row if `when` holds at this point of the batch: INSERT … SELECT … WHERE. Columns that
 * are not named are NULL.
 */
export function insertWhere<Table extends SQLiteTable>(
  db: DrizzleD1Database,
  table: Table,
  values: Readonly<Partial<Record<keyof Table['$inferSelect'] & string, Value>>>,
  when: SQL,
) {
  const given: Readonly<Partial<Record<string, Value>>> = values
  const columns = Object.keys(getTableColumns(table)).map((name) => sql`${given[name] ?? null}`)
  return db.insert(table).select(sql`SELECT ${sql.join(columns, sql`, `)} WHERE ${when}`)
}
