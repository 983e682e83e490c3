import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'

const files = globSync('src/**/*.ts').map((path) => ({ path, text: readFileSync(path, 'utf8') }))

/** A writing statement of Drizzle or of SQL; `insertFrom` and `insertWhere` may break the line. */
const writes =
  /\b(?:insert|update|delete)\(\s*mailedTokens\b|\binsert(?:From|Where)\(\s*[\w.]+,\s*mailedTokens\b|\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+["`]?(?:mailed_tokens\b|\$\{mailedTokens\})/i

const pathsOf = (pattern: RegExp) =>
  new Set(files.filter(({ text }) => pattern.test(text)).map(({ path }) => path))

describe('mailed_tokens', () => {
  test('is written by one file, so that no link can be stored or ended in a second way', ({
    expect,
  }) => {
    expect(pathsOf(writes)).toEqual(new Set(['src/identity/accounts/links.ts']))
  })

  // A statement that is made from the name of its table holds neither.
  test('is named to no other statement than that of the job which purges', ({ expect }) => {
    expect(pathsOf(/['"`]mailed_tokens['"`]/)).toEqual(
      new Set(['src/platform/db/schema.ts', 'src/jobs/purge-expired.ts']),
    )
  })

  // A file that has the table can write to it under another name.
  test('is known to few files, each for a reason', ({ expect }) => {
    expect(pathsOf(/\bmailedTokens\b/)).toEqual(
      new Set([
        'src/platform/db/schema.ts',
        // Deletes the rows of an erased account from all tables alike.
        'src/platform/db/user-tables.ts',
        // Joins the account, so that a reset reads both in one round trip.
        'src/passwords/find-reset.ts',
        'src/identity/accounts/find-link.ts',
        'src/identity/accounts/links.ts',
        // Joins the account, so that a mailbox costs the same whatever is behind its address.
        'src/identity/mailbox/mailbox.ts',
      ]),
    )
  })

  test.for([
    'db.insert(mailedTokens)',
    'db.update(mailedTokens)',
    'db\n  .delete(mailedTokens)',
    'insertFrom(\n  db,\n  mailedTokens,',
    'insertWhere(deps.db, mailedTokens, row, when)',
    'INSERT INTO mailed_tokens (user_id)',
    'INSERT OR IGNORE INTO mailed_tokens',
    'UPDATE mailed_tokens SET data = NULL',
    'DELETE FROM mailed_tokens WHERE true',
    'DELETE FROM ${mailedTokens}',
  ])('finds %j', (statement, { expect }) => {
    expect(statement).toMatch(writes)
  })

  test.for(['db.select().from(mailedTokens)', 'SELECT 1 FROM mailed_tokens AS link'])(
    'leaves %j',
    (statement, { expect }) => {
      expect(statement).not.toMatch(writes)
    },
  )
})
