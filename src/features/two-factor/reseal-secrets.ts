import { type SQL, sql } from 'drizzle-orm'
import { seedContext } from '../../identity/factors/find-totp'
import { archiveKeyContext } from '../../platform/audit/personal-box'
import { callStore } from '../../platform/call-store'
import { open, seal } from '../../platform/crypto/sealed-box'
import { randomToken } from '../../platform/crypto/token'
import { sealingKeyOf } from '../../platform/db/columns'
import type { Deps } from '../../platform/deps'
import { countFailed } from '../../platform/jobs/count-failed'
import type { Counts } from '../../platform/jobs/job'
import { log } from '../../platform/log'

/**
 * Rows of one statement, and such statements of one run for each table: a million rows take a day.
 */
const ROWS = 1000
const CHUNKS = 10
const USER = 'usr_'

type Sealed = Readonly<{ userId: string; id: string; box: string }>
type Table = Readonly<{
  name: string
  column: string
  /** The column that is the key beside `user_id`, where there is one. */
  id?: string
  contextOf: (row: Sealed) => string
}>

const seedTable: Table = {
  name: 'totp_authenticators',
  column: 'sealed_seed',
  id: 'id',
  contextOf: ({ userId, id }) => seedContext(userId, id),
}
const keyTable: Table = {
  name: 'audit_keys',
  column: 'sealed_key',
  contextOf: ({ userId }) => archiveKeyContext(userId),
}

/**
 * Seals anew what an older key of SEALING_KEYS has sealed, so that it can be retired. A row that
 * changes meanwhile stays as it then is. What a key has sealed that is not in the ring any more is
 * counted as failed: it was retired too early, and can be put back.
 */
export async function resealSecrets(deps: Deps): Promise<Counts> {
  const seeds = await resealTable(deps, seedTable)
  const keys = await resealTable(deps, keyTable)
  return { seeds: seeds.done, keys: keys.done, failed: seeds.failed + keys.failed }
}

async function resealTable(deps: ResealDeps, table: Table) {
  const [current, ...older] = deps.settings.SEALING_KEYS.map(({ id }) => id)
  const used = (await keysOf(deps, table)).filter((id) => id !== current)
  const lost = used.filter((id) => !older.includes(id))
  const old = used.filter((id) => older.includes(id))
  if (lost.length > 0) logMissing(table, lost)
  let [done, failed] = [0, 0]
  for (let chunk = 0; old.length > 0 && chunk < CHUNKS; chunk += 1) {
    const rows = await sealedWith(deps, table, old)
    const resealed = await reseal(deps, table, rows)
    done += resealed.done
    failed = resealed.failed
    if (rows.length < ROWS) break
  }
  return { done, failed: failed + (await countOf(deps, table, lost)) }
}

type ResealDeps = Pick<Deps, 'db' | 'settings' | 'patience'>

const keyIn = ({ column }: Table, ids: readonly string[]) =>
  sql`${sealingKeyOf(column)} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`

/** The ids of the keys that the boxes of a table are sealed with, by leaps through their index. */
async function keysOf(deps: ResealDeps, { name, column }: Table): Promise<string[]> {
  const key = sealingKeyOf(column)
  const next = (after: SQL) => sql`(SELECT ${key} FROM ${sql.raw(name)} ${after}
    ORDER BY ${key} LIMIT 1)`
  const rows = await callStore(deps, 'database', () =>
    deps.db.all<{ id: string }>(sql`WITH RECURSIVE used (id) AS (SELECT ${next(sql``)}
      UNION ALL SELECT ${next(sql`WHERE ${key} > used.id`)} FROM used WHERE used.id IS NOT NULL)
      SELECT id FROM used WHERE id IS NOT NULL`),
  )
  return rows.map(({ id }) => id)
}

/**
 * Rows whose box one of these keys has sealed, once round from a random place: those that cannot be
 * opened keep no other from its turn.
 */
function sealedWith(deps: ResealDeps, table: Table, ids: readonly string[]): Promise<Sealed[]> {
  const { name, column, id } = table
  const place = `${USER}${randomToken().slice(0, 4)}`
  const part = (where: SQL) => sql`SELECT user_id AS userId,
    ${id === undefined ? sql`''` : sql.raw(id)} AS id, ${sql.raw(column)} AS box
    FROM ${sql.raw(name)} WHERE ${keyIn(table, ids)} AND ${where}`
  return callStore(deps, 'database', () =>
    deps.db.all<Sealed>(sql`${part(sql`user_id >= ${place}`)}
      UNION ALL ${part(sql`user_id < ${place}`)} LIMIT ${ROWS}`),
  )
}

/**
 * Compares and sets: of a row that has changed meanwhile the new box stays. No two boxes are alike.
 */
async function reseal(deps: ResealDeps, table: Table, rows: readonly Sealed[]) {
  const { name, column, contextOf } = table
  const ring = deps.settings.SEALING_KEYS
  const fresh: [userId: string, old: string, box: string][] = []
  const failed = await countFailed(rows, async (row) => {
    const text = await open(ring, contextOf(row), row.box)
    if (text === undefined) throw new Error(`a box of ${name} of ${row.userId} does not open`)
    fresh.push([row.userId, row.box, await seal(ring, contextOf(row), text)])
  })
  if (fresh.length === 0) return { done: 0, failed }
  const { meta } = await callStore(deps, 'database', () =>
    deps.db.run(sql`UPDATE ${sql.raw(name)} SET ${sql.raw(column)} = fresh.value ->> 2
      FROM json_each(${JSON.stringify(fresh)}) AS fresh
      WHERE user_id = fresh.value ->> 0 AND ${sql.raw(column)} = fresh.value ->> 1`),
  )
  return { done: meta.changes, failed }
}

/** Which keys are to be put back. A box that was damaged may begin with anything. */
const logMissing = ({ name }: Table, ids: readonly string[]) =>
  log('error', 'sys_sealing_key_missing', {
    table: name,
    keys: ids.slice(0, 10).map((id) => id.slice(0, 32)),
  })

/** How many boxes there are of keys that nobody has, as far as that matters. */
async function countOf(deps: ResealDeps, table: Table, lost: readonly string[]): Promise<number> {
  if (lost.length === 0) return 0
  const [row] = await callStore(deps, 'database', () =>
    deps.db.all<{ count: number }>(sql`SELECT count(*) AS count FROM
      (SELECT 1 FROM ${sql.raw(table.name)} WHERE ${keyIn(table, lost)} LIMIT ${ROWS})`),
  )
  return row?.count ?? 0
}
