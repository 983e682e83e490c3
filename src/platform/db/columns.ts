import { sql, type SQLWrapper } from 'drizzle-orm'
import { integer } from 'drizzle-orm/sqlite-core'

/** Milliseconds since 1970, a `Date` in TypeScript. */
export const time = (name: string) => integer(name, { mode: 'timestamp_ms' })

/**
 * The id of the key that has sealed a column (platform/crypto/sealed-box.ts), as the indexes have
 * it.
 */
export const sealingKeyOf = (column: string) =>
  sql.raw(`substr(${column}, 1, instr(${column}, '.') - 1)`)

/** Who has sent an invitation, of the JSON of its link, as the index has it. */
export const inviter = sql.raw(`json_extract(data, '$.by')`)

/** Whether a column holds one of these texts. */
export const oneOf = (column: SQLWrapper, values: readonly string[]) =>
  sql`${column} IN (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`
