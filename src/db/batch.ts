import type { BatchItem } from 'drizzle-orm/batch'
import type { DrizzleD1Database } from 'drizzle-orm/d1'

type Statement = BatchItem<'sqlite'>
type RowsOf<S> = S extends Statement ? S['_']['result'] : undefined
type Answers<Statements> = { [Name in keyof Statements]: RowsOf<Statements[Name]> }

/**
 * Runs statements as one transaction, in the order in which they are written, and answers with the
 * rows of each by its name. One that is `undefined` is left out.
 */
export async function batch<Statements extends Readonly<Record<string, Statement | undefined>>>(
  db: DrizzleD1Database,
  statements: Statements,
): Promise<Answers<Statements>> {
  const given = Object.entries(statements).flatMap(([name, statement]) =>
    statement ? [{ name, statement }] : [],
  )
  const [first, ...rest] = given.map(({ statement }) => statement)
  if (!first) throw new TypeError('a batch of nothing')
  const rows: readonly unknown[] = await db.batch([first, ...rest])
  return Object.fromEntries(given.map(({ name }, at) => [name, rows[at]])) as Answers<Statements>
}
