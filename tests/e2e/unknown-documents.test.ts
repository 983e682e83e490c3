import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { migrate } from '../../scripts/dev/database.ts'
import { documented } from '../support/documented.ts'
import { noJq, runIn, workshop } from '../support/e2e/by-the-letter.ts'
import { newState } from '../support/e2e/dev-server.ts'
import { withStores } from '../support/e2e/stores.ts'

const state = newState()
const directory = newState()
const key = (id: string) => `merchants/usr_1/${id}`
const newest = Date.UTC(2026, 4, 9)
const [known, unknown] = [key('doc_1'), key('doc_2')]

beforeAll(async () => {
  await migrate(state)
  await withStores(state, async ({ ARCHIVE, DB }) => {
    for (const name of [known, unknown]) await ARCHIVE.put(name, `bytes of ${name}`)
    await DB.exec(
      `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
      VALUES ('usr_1', 'ada@example.com', 'ada', 'merchant', 'active', 'x', 0)`.replace(
        /\n */g,
        ' ',
      ),
    )
    await DB.exec(
      `INSERT INTO merchant_documents VALUES
      ('usr_1', 'doc_1', 'x.pdf', 'application/pdf', 1, 'x', '${known}', ${newest}, 0)`.replace(
        /\n */g,
        ' ',
      ),
    )
  })
  workshop(directory, state)
  // What the log has of the alarm, with the objects that its run has found.
  writeFileSync(join(directory, 'line.json'), JSON.stringify({ keys: [unknown] }))
})
afterAll(() => {
  for (const path of [directory, state]) rmSync(path, { recursive: true, force: true })
})

test('the commands for unknown documents change nothing, but for those that delete what they name', async (context) => {
  if (noJq) context.skip(noJq)
  const { expect } = context
  const keysLeft = () =>
    withStores(state, async ({ ARCHIVE }) =>
      (await ARCHIVE.list()).objects.map((object) => object.key),
    )
  // The list of databases is the account's.
  const look = documented('docs/operations.md', 'FROM merchant_documents')
    .replace('npx wrangler d1 list\n', '')
    .replaceAll('--remote', '--local')
  const said = await runIn(
    directory,
    `${look.replaceAll('usr_…/doc_…', 'usr_1/doc_2').replace('usr_…', 'usr_1')}; cat document`,
  )
  expect(said).toMatch(/documents.+1.+2026-05-09 00:00:00/s)
  expect(said).toContain('ada@example.com')
  expect(said).toContain(`bytes of ${unknown}`)
  expect(await keysLeft()).toEqual([known, unknown])
  const drop = documented('docs/operations.md', 'line.json').replaceAll('--remote', '--local')
  await runIn(directory, drop)
  expect(await keysLeft()).toEqual([known])
})
