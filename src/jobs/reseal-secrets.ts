import { type SQL, sql } from 'drizzle-orm'
import { archiveKeyContext } from '../audit/personal-box'
import type { Deps } from '../context'
import { open, seal } from '../crypto/sealed-box'
import { reach } from '../reach'
import { seedContext } from '../two-factor/find-totp'
import { countFailed } from './count-failed'
import type { Counts } from './job'

/** Rows of a table that one run seals anew: those of a million users take a week. */
const ROWS = 500

type Sealed = Readonly<{ userId: string; id: string; box: string }>

/**
 * Seals anew what an older key of SEALING_KEYS has sealed, so that it can be retired. While the ring has
 * one key there is nothing to look for. A row that changes meanwhile stays as it then is.
 */
export async function resealSecrets(deps: Deps): Promise<Counts> {
  if (deps.settings.SEALING_KEYS.length === 1) return { seeds: 0, keys: 0, failed: 0 }
  const seeds = await resealTable(deps, {
    rows: sql`SELECT user_id AS userId, id, sealed_seed AS box FROM totp_authenticators`,
    column: sql`sealed_seed`,
    contextOf: ({ userId, id }) => seedContext(userId, id),
    replace: ({ userId, id, box }, fresh) => sql`UPDATE totp_authenticators
      SET sealed_seed = ${fresh} WHERE user_id = ${userId} AND id = ${id} AND sealed_seed = ${box}`,
  })
  const keys = await resealTable(deps, {
    rows: sql`SELECT user_id AS userId, '' AS id, sealed_key AS box FROM audit_keys`,
    column: sql`sealed_key`,
    contextOf: ({ userId }) => archiveKeyContext(userId),
    replace: ({ userId, box }, fresh) => sql`UPDATE audit_keys
      SET sealed_key = ${fresh} WHERE user_id = ${userId} AND sealed_key = ${box}`,
  })
  return { seeds: seeds.done, keys: keys.done, failed: seeds.failed + keys.failed }
}

type Table = Readonly<{
  rows: SQL
  column: SQL
  contextOf: (row: Sealed) => string
  replace: (row: Sealed, fresh: string) => SQL
}>

async function resealTable(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  { rows, column, contextOf, replace }: Table,
) {
  const { db, settings } = deps
  const ring = settings.SEALING_KEYS
  const old = await reach(deps, 'database', () =>
    db.all<Sealed>(sql`${rows} WHERE ${column} NOT LIKE ${`${ring[0].id}.%`} LIMIT ${ROWS}`),
  )
  const failed = await countFailed(old, async (row) => {
    const text = await open(ring, contextOf(row), row.box)
    if (text === undefined) throw new Error('sealed with a key that is not in the ring')
    const fresh = await seal(ring, contextOf(row), text)
    await reach(deps, 'database', () => db.run(replace(row, fresh)))
  })
  return { done: old.length - failed, failed }
}
