import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { migrate } from '../../scripts/dev/database.ts'
import { documented, statementOf } from '../support/documented.ts'
import { noJq, runIn, workshop } from '../support/e2e/by-the-letter.ts'
import { newState } from '../support/e2e/dev-server.ts'
import { withStores } from '../support/e2e/stores.ts'

const state = newState()
const directory = newState()
const key = (id: string) => `merchants/usr_1/${id}`
const newest = Date.UTC(2026, 4, 9)
const [known, unknown] = [key('doc_1'), key('doc_2')]

const look = documented('docs/operations.md', 'FROM merchant_documents').split('\n')
const statements = look.map(statementOf).filter((statement) => statement !== '')
/** What each statement of the block answers. */
const rows: unknown[][] = []

beforeAll(async () => {
  await migrate(state)
  await withStores(state, async ({ ARCHIVE, DB }) => {
    for (const name of [known, unknown]) await ARCHIVE.put(name, `bytes of ${name}`)
    await DB.batch(
      [
        `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
         VALUES ('usr_1', 'ada@example.com', 'ada', 'merchant', 'active', 'x', 0)`,
        `INSERT INTO merchant_documents VALUES
         ('usr_1', 'doc_1', 'x.pdf', 'application/pdf', 1, 'x', '${known}', ${newest}, 0)`,
      ].map((statement) => DB.prepare(statement)),
    )
    for (const statement of statements) {
      rows.push((await DB.prepare(statement.replace('usr_…', 'usr_1')).run()).results)
    }
  })
  workshop(directory, state)
  // What the log has of the alarm, with the objects that its run has found.
  writeFileSync(join(directory, 'line.json'), JSON.stringify({ keys: [unknown] }))
})
afterAll(() => {
  for (const path of [directory, state]) rmSync(path, { recursive: true, force: true })
})

test('the commands for unknown documents show what there is, and delete what they name', async (context) => {
  if (noJq) context.skip(noJq)
  const { expect } = context
  expect(rows).toEqual([
    [{ documents: 1, newest: '2026-05-09 00:00:00' }],
    [{ id: 'usr_1', email: 'ada@example.com' }],
  ])
  const get = look.filter((line) => line.includes(' r2 object '))
  const drop = documented('docs/operations.md', 'line.json')
  const commands = [...get, 'cat document', drop].join('\n').replaceAll('--remote', '--local')
  const said = await runIn(directory, commands.replaceAll('usr_…/doc_…', 'usr_1/doc_2'))
  expect(said).toContain(`bytes of ${unknown}`)
  const left = await withStores(state, async ({ ARCHIVE }) =>
    (await ARCHIVE.list()).objects.map((object) => object.key),
  )
  expect(left).toEqual([known])
})
