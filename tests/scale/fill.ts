import { env } from 'cloudflare:workers'
import { sealEvents } from '../../src/audit/seal'
import type { Deps } from '../../src/platform/deps'
import { withoutTriggers } from '../audit/support'
import { FILLED_AT, type Filler } from './columns'
import { FEW, fillers } from './tables'

/** What rows tell of: the admin who has done most. */
export type Given = Readonly<{ admin: string }>

/** Rows that are there from the beginning; the others make a job busy. */
const LATER = ['waiting_mails']

/** Fills every table that grows, and seals the events. */
export async function fill(newDeps: () => Deps, given: Given): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*'
      AND name NOT GLOB 'sqlite_*' AND name <> 'd1_migrations'`,
  ).run<{ name: string }>()
  const unknown = results.filter(({ name }) => !fillers[name] && !FEW[name])
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(', ')
    throw new Error(`${names}: name its columns in scale/tables.ts, or why it has few rows`)
  }
  for (const table of Object.keys(fillers)) {
    if (!LATER.includes(table)) await insertRows(table, given)
  }
  // Each run is an invocation of its own.
  while ((await sealEvents(newDeps()))['sealed']);
  await fillHeads()
}

/**
 * A head of each event of the last week, and the last one of each hour before. Triggers let heads
 * only go forward, so those that were signed are there already.
 */
const fillHeads = () =>
  withoutTriggers(() =>
    env.DB.prepare(
      `INSERT INTO audit_heads SELECT max(id), at, 'x' FROM audit_events
        GROUP BY CASE WHEN at > ${FILLED_AT - WEEK} THEN id ELSE at / 3600000 END
        HAVING max(id) NOT IN (SELECT size FROM audit_heads)`,
    ).run(),
  )
const WEEK = 7 * 86_400_000

type Changed = Readonly<{ count?: number | undefined; columns?: Filler['columns'] }>

/** Inserts the rows of a table, or so many with other values in some columns. */
export const insertRows = (table: string, given: Given, changed?: Changed) =>
  rowsOf(table, given, changed).run()

function rowsOf(table: string, { admin }: Given, { count, columns }: Changed = {}) {
  const filler = fillers[table]
  if (!filler) throw new Error(`no rows for ${table}`)
  const row = { ...filler.columns, ...columns }
  const values = Object.values(row).join(', ').replaceAll(':admin', `'${admin}'`)
  return env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
     INSERT INTO ${table} (${Object.keys(row).join(', ')}) SELECT ${values} FROM n`,
  ).bind(count ?? filler.rows)
}

/** Events of an account that reads: more than a page that reads them all may cost. */
export const MANY_EVENTS = 500
const EVENTS = 100

/** As much as one account can have: its own rows in each table. */
export async function giveRows(userId: string, given: Given, events = EVENTS): Promise<void> {
  const own = `'${userId}'`
  const random = (prefix: string) => `'${prefix}' || substr(hex(randomblob(11)), 1, 22)`
  const rows: [string, Changed][] = [
    ['sessions', { count: 18, columns: { id: random('ses_') } }],
    ['known_devices', { count: 18, columns: { device_hash: random('dev') } }],
    ['mailed_tokens', { count: 49, columns: { token_hash: random('tok') } }],
    ['backup_codes', { count: 10, columns: { code_hash: random('code') } }],
    ['api_keys', { count: 18, columns: { id: random('key_') } }],
    ['pending_acts', { count: 24, columns: { id: random('act_'), state: `'done'` } }],
    ['audit_events', { count: events, columns: { actor: own } }],
  ]
  await env.DB.batch(
    rows.map(([table, { count, columns }]) =>
      rowsOf(table, given, { count, columns: { ...columns, user_id: own } }),
    ),
  )
}
