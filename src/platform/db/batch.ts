import type { BatchItem } from 'drizzle-orm/batch'
import type { DrizzleD1Database } from 'drizzle-orm/d1'

export type Statements = Readonly<Record<string, Statement | undefined>>
type Statement = BatchItem<'sqlite'>
type RowsOf<S> = S extends Statement ? S['_']['result'] : undefined
export type Answers<Statements> = { [Name in keyof Statements]: RowsOf<Statements[Name]> }

/**
 * Runs statements as one transaction, in the order in which they are written, and answers with the
 * rows of each by its name. One that is `undefined` is left out.
 */
export async function batch<S extends Statements>(
  db: DrizzleD1Database,
  statements: S,
): Promise<Answers<S>> {
  const given = Object.entries(statements).flatMap(([name, statement]) =>
    statement ? [{ name, statement }] : [],
  )
  const [first, ...rest] = given.map(({ statement }) => statement)
  if (!first) throw new TypeError('a batch of nothing')
  const rows: readonly unknown[] = await db.batch([first, ...rest])
  return Object.fromEntries(given.map(({ name }, at) => [name, rows[at]])) as Answers<S>
}

/** The same for statements of one kind, whose rows nobody reads. None is no batch. */
export async function batchAll(
  db: DrizzleD1Database,
  statements: readonly Statement[],
): Promise<void> {
  const [first, ...rest] = statements
  if (first) await db.batch([first, ...rest])
}

/** The same for the statements of each in a list, one after the other, and then the last ones. */
export async function batchOfEach<S extends Statements, Last extends Statements>(
  db: DrizzleD1Database,
  each: readonly S[],
  last: Last,
): Promise<{ each: Answers<S>[]; last: Answers<Last> }> {
  const named = each.flatMap((statements, at) =>
    Object.entries(statements).map(([name, statement]) => [`${at} ${name}`, statement] as const),
  )
  const rows = await batch(db, { ...Object.fromEntries(named), ...last })
  const rowsOf = (statements: S, at: number) =>
    Object.fromEntries(Object.keys(statements).map((name) => [name, rows[`${at} ${name}`]]))
  return { each: each.map(rowsOf) as Answers<S>[], last: rows as Answers<Last> }
}
