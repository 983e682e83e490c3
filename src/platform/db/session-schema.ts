import { sql } from 'drizzle-orm'
import { check, integer, sqliteTable } from 'drizzle-orm/sqlite-core'

/**
 * One row: the epoch of all sessions. It grows when an admin ends every session, which so costs one
 * row however many there are. Without the row no session is good.
 */
export const sessionEpoch = sqliteTable(
  'session_epoch',
  {
    id: integer('id').primaryKey(),
    epoch: integer('epoch').notNull(),
  },
  (table) => [check('one_row', sql`${table.id} = 1`)],
)
