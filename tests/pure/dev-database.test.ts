import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, test } from 'vitest'
import { copyDatabase, databaseName, keepOnly } from '../../scripts/dev/database'

const root = mkdtempSync(join(tmpdir(), 'phantom-database-'))
afterAll(() => rmSync(root, { recursive: true }))

/** The name after a file has this content. */
function nameWith(path: string, content: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
  return databaseName(root)
}

test('a database is made anew or updated after a change of a migration, of wrangler or its settings', ({
  expect,
}) => {
  writeFileSync(join(root, 'wrangler.toml'), 'name = "a"')
  mkdirSync(join(root, 'migrations'))
  const first = nameWith('node_modules/wrangler/package.json', '{"version":"1.0.0"}')
  const names = [
    nameWith('migrations/0000_init.sql', 'CREATE TABLE a (b);'),
    nameWith('migrations/0001_more.sql', 'CREATE TABLE c (d);'),
    nameWith('migrations/0001_more.sql', 'CREATE TABLE c (e);'),
    nameWith('wrangler.toml', 'name = "b"'),
    nameWith('node_modules/wrangler/package.json', '{"version":"1.0.1"}'),
  ]
  expect(new Set([first, ...names]).size).toBe(6)
  expect(databaseName(root)).toBe(names.at(-1))
  expect(nameWith('migrations/meta/journal.json', '{}')).toBe(names.at(-1))
})

test('one new database is kept, that of the migrations of now, and a copy that is cut off is none', ({
  expect,
}) => {
  const [state, folder] = [join(root, 'state'), join(root, 'kept')]
  mkdirSync(join(state, 'v3'), { recursive: true })
  writeFileSync(join(state, 'v3', 'd1.sqlite'), 'x')
  for (const name of ['before', 'now']) keepOnly(state, join(folder, name))
  keepOnly(state, join(folder, 'now'))
  expect(readdirSync(folder)).toEqual(['now'])
  expect(readdirSync(join(folder, 'now'))).toEqual(['v3'])

  const other = join(root, 'other')
  mkdirSync(other)
  expect(() => copyDatabase(join(root, 'nothing'), other)).toThrow('ENOENT')
  expect(readdirSync(other)).toEqual([])
  copyDatabase(join(folder, 'now'), other)
  expect(readdirSync(join(other, 'v3'))).toEqual(['d1.sqlite'])
})
