import { getTableColumns, type SQL, sql, type SQLWrapper } from 'drizzle-orm'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** A value as it is stored, times in milliseconds, or how the database finds it. */
type Value = SQLWrapper | string | number | null
type Values<Table extends SQLiteTable> = Readonly<
  Partial<Record<keyof Table['$inferSelect'] & string, Value>>
>

/**
 * Inserts one row if `when` holds at this point of the batch: INSERT … SELECT … WHERE. Columns that
 * are not named are NULL.
 */
export const insertWhere = <Table extends SQLiteTable>(
  db: DrizzleD1Database,
  table: Table,
  values: Values<Table>,
  when: SQL,
) => insertFrom(db, table, values, sql`WHERE ${when}`)

/** The same for each row of a query: `FROM … WHERE …`, whose columns the values may name. */
export function insertFrom<Table extends SQLiteTable>(
  db: DrizzleD1Database,
  table: Table,
  values: Values<Table>,
  from: SQL,
) {
  const given: Readonly<Partial<Record<string, Value>>> = values
  const columns = Object.keys(getTableColumns(table)).map((name) => sql`${given[name] ?? null}`)
  return db.insert(table).select(sql`SELECT ${sql.join(columns, sql`, `)} ${from}`)
}
