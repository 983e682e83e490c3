import { type SQL, sql } from 'drizzle-orm'
import { callStore } from '../call-store'
import { randomToken } from '../crypto/token'
import type { Deps } from '../deps'

/** Keys of a table that one statement looks at, and statements that one run sends to it. */
const KEYS = 5000
const WINDOWS = 10

/** A table, by the first column of its primary key, which begins so and goes on at random. */
export type Swept = Readonly<{ table: string; key: string; prefix: string; isOver: SQL }>

/**
 * Deletes the rows that are over from a table that has no index of that: an index would cost each
 * login a row. Walks the primary key once round from a random place, so that what a run leaves,
 * having looked at 50,000 keys or come to the end of its time, is where another one begins.
 */
export async function sweep(
  deps: Pick<Deps, 'db' | 'now' | 'patience'>,
  { table, key, prefix, isOver }: Swept,
  until: number,
): Promise<number> {
  const { db, now } = deps
  const [from, column] = [sql.raw(table), sql.raw(key)]
  const start = `${prefix}${randomToken().slice(0, 2)}`
  let deleted = 0
  let after = start
  let isRound = false
  for (let window = 0; window < WINDOWS && now().getTime() < until; window += 1) {
    const bound = isRound ? sql`AND ${column} <= ${start}` : sql``
    const [end] = await callStore(deps, 'database', () =>
      db.all<{ last: string }>(sql`SELECT ${column} AS last FROM ${from}
        WHERE ${column} > ${after} ${bound} ORDER BY ${column} LIMIT 1 OFFSET ${KEYS - 1}`),
    )
    const through = end ? sql`AND ${column} <= ${end.last}` : bound
    const over = await callStore(deps, 'database', () =>
      db.run(sql`DELETE FROM ${from} WHERE ${column} > ${after} ${through} AND ${isOver}`),
    )
    deleted += over.meta.changes
    if (end) after = end.last
    else if (isRound) break
    else [after, isRound] = ['', true]
  }
  return deleted
}
