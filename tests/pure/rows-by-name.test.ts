import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'

const BATCH = 'src/platform/db/batch.ts'
const INSERT_WHERE = 'src/platform/db/insert-where.ts'

/** Code without comments and in one line, because the formatter breaks chains and lists. */
const codeOf = (text: string): string =>
  text
    .replace(/^\s*(\*|\/\/|\/\*).*$/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([.(){}[\],]) ?/g, '$1')

// They read what codeOf writes.
const ownBatch = /\.batch\(/
const ownInsert = /\.insert\([^()]*\)\.select\(/
const noColumns =
  /\b(?:INSERT|REPLACE)(?: OR [A-Z]+)? INTO (?:[\w."]+(?![\w."(])|\$\{[^}]*\}(?!\())/i
const byPosition = /(?:\]= ?|Object\.(?:values|entries)\()(?:await )?(?:[\w.]+\.)?batch\w*\(/

const files = globSync('src/**/*.ts', { exclude: ['src/env.d.ts'] })

const filesWith = (pattern: RegExp, allowed?: string): string[] =>
  files.filter((file) => file !== allowed && pattern.test(codeOf(readFileSync(file, 'utf8'))))

describe('the rows of the database', () => {
  test('come out of a batch by name: one file runs batches', ({ expect }) => {
    expect(filesWith(ownBatch, BATCH)).toEqual([])
    expect(filesWith(byPosition, BATCH)).toEqual([])
  })

  test('are inserted by column: one file writes INSERT … SELECT', ({ expect }) => {
    expect(filesWith(ownInsert, INSERT_WHERE)).toEqual([])
    expect(filesWith(noColumns)).toEqual([])
  })

  test.for([
    [ownBatch, 'await deps.db\n  .batch([first])'],
    [ownInsert, 'db\n  .insert(sessions)\n  .select(\n    sql`SELECT 1`)'],
    [noColumns, 'sql`INSERT INTO users\n  SELECT 1, 2`'],
    [noColumns, 'sql`INSERT INTO ${users} VALUES (1, 2)`'],
    [noColumns, "sql.exec('INSERT OR REPLACE INTO today VALUES (?, ?)')"],
    [noColumns, 'sql`REPLACE INTO "users" VALUES (1)`'],
    [byPosition, 'const [, [gone]] = await db.batch([first])'],
    [byPosition, 'const [\n  first,\n] = await batch(db, { first })'],
    [byPosition, 'const [first] = Object.values(await batch(db, { first }))'],
  ] as const)('%s finds %s', ([pattern, code], { expect }) => {
    expect(codeOf(code)).toMatch(pattern)
  })

  test.for([
    [ownBatch, 'batch(db, { gone })'],
    [ownInsert, 'insertWhere(db, sessions, { id }, when).returning()'],
    [ownInsert, 'db.insert(users).values({ id }).returning(), db.select()'],
    [noColumns, 'sql`INSERT INTO users (id, name) SELECT 1, 2`'],
    [noColumns, 'sql`INSERT OR REPLACE INTO ${users}\n  (id) VALUES (1)`'],
    [byPosition, 'const { gone: [row] } = await batch(db, { gone })'],
  ] as const)('%s lets %s be', ([pattern, code], { expect }) => {
    expect(codeOf(code)).not.toMatch(pattern)
  })
})
