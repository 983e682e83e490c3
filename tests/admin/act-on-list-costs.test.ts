import { env } from 'cloudflare:workers'
import { beforeAll, describe, test } from 'vitest'
import { PATIENCE } from '../../src/platform/patience'
import { keyOwner, madeKey } from '../api-keys/support'
import {
  actOnList,
  customers,
  type ListAct,
  newAdmin,
  outcomes,
  setUsers,
} from '../support/act-on-list'
import { tokenFor } from '../support/admins'
import { startApp } from '../support/app'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'

const copy = (table: string, changed: Record<string, string>) => async (where: string) => {
  const { results } = await env.DB.prepare(`SELECT name FROM pragma_table_info('${table}')`).run<{
    name: string
  }>()
  const values = results.map(({ name }) => changed[name] ?? `"${name}"`)
  const columns = results.map(({ name }) => `"${name}"`)
  const step = Math.min(ROWS, 100_000)
  for (let start = 0; start < ROWS; start += step) {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)
       INSERT INTO ${table} (${columns.join()}) SELECT ${values.join()} FROM ${table}, n WHERE ${where}`,
    )
      .bind(start, step)
      .run()
  }
}

const ID = `printf('usr_%022d', i)`
const idOf = (number: number) => `usr_${String(number).padStart(22, '0')}`

describe('a list of a hundred accounts among many', { timeout: 240_000 }, () => {
  const { meter, read } = startMeter()
  // A busy machine takes longer to make three hundred objects than anybody wants to wait.
  const patience = { ...PATIENCE, store: 60_000, request: 120_000 }
  const app = startApp((deps) => ({ ...meter(deps), patience }))
  const ids = Array.from({ length: 100 }, (_, index) => idOf(index * Math.floor(ROWS / 100)))

  beforeAll(async () => {
    const owner = await keyOwner(app)
    await madeKey(app, owner)
    const email = `printf('m%07d@example.org', i)`
    await copy('users', {
      id: ID,
      email,
      email_key: email,
      username: `printf('m%07d', i)`,
      username_key: `printf('m%07d', i)`,
    })(`id = '${owner.userId}'`)
    await copy('sessions', { id: `printf('ses_%022d', i)`, user_id: ID })(
      `user_id = '${owner.userId}' AND id = (SELECT max(id) FROM sessions WHERE user_id = '${owner.userId}')`,
    )
    await copy('api_keys', { id: `printf('key_%022d', i)`, user_id: ID })(
      `user_id = '${owner.userId}'`,
    )
  }, 240_000)

  test.for<[ListAct, statements: number, read: number, written: number]>([
    ['end-sessions', 3, 27, 7],
    ['unlock', 2, 15, 5],
    ['reset-password', 8, 22, 9],
    ['disable', 7, 29, 7],
    ['enable', 7, 29, 7],
  ])(
    'asks of D1 what one request may ask, whatever there is beside it: %s',
    async ([name, statements, rows, written], { expect }) => {
      const token = await tokenFor(app, await newAdmin(app))
      read()
      const answer = await actOnList(app, token, name, ids)
      expect(outcomes(answer)).toEqual(ids.map((id) => [id, 'done']))
      const reading = read()
      // The session, the accounts, the step-up, and up to three about the keys of what is said.
      expect(reading.d1Statements).toBeLessThanOrEqual(100 * statements + 6)
      expect(reading.d1Statements).toBeLessThanOrEqual(1000)
      expect(reading.rowsRead).toBeLessThanOrEqual(100 * rows + 20)
      expect(reading.rowsWritten).toBeLessThanOrEqual(100 * written + 5)
    },
  )
})

test('former admins are enabled without a look at the links of others', async ({ expect }) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const ids = await customers(app, 100)
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     INSERT INTO mailed_tokens SELECT 'link' || i, ?, 'verify', NULL, 1 FROM n`,
  )
    .bind(ids[0])
    .run()
  await setUsers(`status = 'disabled', role = 'admin'`, ids)
  const token = await tokenFor(app, await newAdmin(app))
  read()
  expect(outcomes(await actOnList(app, token, 'enable', ids))).toEqual(
    ids.map((id) => [id, 'done']),
  )
  const { rowsRead, d1Statements } = read()
  expect(d1Statements).toBeLessThanOrEqual(1000)
  expect(rowsRead).toBeLessThanOrEqual(100 * 40)
})
