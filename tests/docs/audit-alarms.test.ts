import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, test } from 'vitest'
import operations from '../../docs/operations.md?raw'
import { newSigningKey } from '../../scripts/keys/signing-key'
import { archiveEvents } from '../../src/audit/archive'
import { sealEvents } from '../../src/audit/seal'
import { signingKeysSchema } from '../../src/platform/crypto/jwt'
import type { Deps } from '../../src/platform/deps'
import {
  emptyLog,
  jobDeps,
  oldLog,
  sealAll,
  sql,
  withoutTriggers,
  writeEvents,
} from '../audit/support'
import { hasAdmin } from '../support/admins'
import { startApp } from '../support/app'
import { documented } from '../support/documented'

beforeEach(emptyLog)
afterEach(emptyLog)

/** The names in the first column of the table of alarms, a row each. */
const listed = [...operations.matchAll(/^\| ((?:`\w+`(?:, )?)+)(?: \(`sys_audit_gap`\))? \| /gm)]
  .map(([, names = '']) => names.replaceAll('`', ''))
  .filter((names) => /head|entry|gaps/.test(names))

/** The newest alarm: what its data is of. */
async function alarm() {
  const [row] = await sql<{ data: string }>(`SELECT data FROM audit_events
    WHERE event IN ('sys_audit_mismatch', 'sys_audit_gap') ORDER BY id DESC LIMIT 1`)
  return Object.keys(JSON.parse(row?.data ?? '{}') as object)
    .toSorted()
    .join(', ')
}

/** A log of three events, sealed, in a time of its own: alarms are counted by the hour. */
let days = 0
async function sealedLog() {
  const log = jobDeps()
  log.advance((days += 100) * 86_400_000)
  await writeEvents(log.deps, 3)
  await sealAll(log.deps)
  await writeEvents(log.deps, 1)
  return log
}

const stops = async (deps: Deps) =>
  sealEvents(deps).then(
    () => false,
    () => true,
  )

const BROKEN_HEAD = `UPDATE audit_heads SET jws = substr(jws, 1, length(jws) - 8) || 'AAAAAAAA'`

describe('docs/operations.md, when the audit log is not what it was', () => {
  test('lists what each alarm says, and no other', async ({ expect }) => {
    const seen = new Set<string>()
    const broken = async (statement: string) => {
      const { deps } = await sealedLog()
      await withoutTriggers(() => sql(statement))
      await stops(deps)
      seen.add(await alarm())
      await emptyLog()
    }
    await broken(BROKEN_HEAD)
    await broken(`UPDATE audit_events SET level = 'critical' WHERE id = 3`)
    await broken('DELETE FROM audit_events WHERE id = 4')
    // Numbers are found missing once there is a later one.
    const { deps } = await sealedLog()
    await writeEvents(deps, 1)
    await withoutTriggers(() => sql('DELETE FROM audit_events WHERE id = 4'))
    expect(await stops(deps)).toBe(false)
    seen.add(await alarm())
    await emptyLog()
    // A log that lost what a head in R2 is of.
    const forked = await sealedLog()
    await withoutTriggers(() => sql('DELETE FROM audit_events'))
    await withoutTriggers(() => sql('DELETE FROM audit_heads'))
    await sql('DELETE FROM audit_tiles')
    await writeEvents(forked.deps, 2)
    expect(await stops(forked.deps)).toBe(true)
    seen.add(await alarm())
    // It has sealed all the same.
    expect(await sql('SELECT size FROM audit_heads')).toHaveLength(1)
    await emptyLog()
    const old = await oldLog()
    await withoutTriggers(() =>
      sql(`UPDATE audit_tiles SET hashes = 'AAAA' || substr(hashes, 5)
      WHERE level = 1`),
    )
    await archiveEvents(old.deps).catch(() => {})
    seen.add(await alarm())
    seen.delete('')
    expect([...seen].toSorted()).toEqual(
      listed.map((names) => names.split(', ').toSorted().join(', ')).toSorted(),
    )
  })

  test('an audit key that was taken out too early is put back, and the log goes on', async ({
    expect,
  }) => {
    const { deps } = await sealedLog()
    const [old] = deps.settings.AUDIT_KEYS
    const fresh = await newSigningKey()
    const withKeys = (...keys: unknown[]) => ({
      ...deps,
      settings: { ...deps.settings, AUDIT_KEYS: signingKeysSchema.parse(keys) },
    })
    expect(await stops(withKeys(fresh))).toBe(true)
    expect(await alarm()).toBe('head')
    expect(await stops(withKeys(fresh, old))).toBe(false)
    // The new one has signed: the old one is needed for old heads alone.
    await writeEvents(deps, 1)
    expect(await stops(withKeys(fresh))).toBe(false)
  })

  test.for([
    `UPDATE audit_tiles SET hashes = 'AAAA'`,
    `UPDATE audit_tiles SET hashes = ''`,
    'DELETE FROM audit_tiles',
  ])('a tile that is none any more raises the alarm: %s', async (statement, { expect }) => {
    const { deps } = await sealedLog()
    await sql(statement)
    expect([await stops(deps), await alarm()]).toEqual([true, 'head'])
  })

  test('a tile is put back by the statement, a head and an event are not', async ({ expect }) => {
    const { deps } = await sealedLog()
    const [tile] = await sql<{ hashes: string }>('SELECT hashes FROM audit_tiles WHERE level = 0')
    await sql(`UPDATE audit_tiles SET hashes = 'AAAA' || substr(hashes, 5) WHERE level = 0`)
    expect([await stops(deps), await alarm()]).toEqual([true, 'head'])
    const back = documented('docs/operations.md', 'UPDATE audit_tiles')
    await sql(back.replace('…', tile?.hashes ?? ''))
    expect(await stops(deps)).toBe(false)

    for (const statement of [
      `UPDATE audit_events SET level = 'info'`,
      `UPDATE audit_heads SET jws = 'x'`,
      'INSERT OR REPLACE INTO audit_heads SELECT * FROM audit_heads',
      'INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events',
      'UPDATE audit_segments SET sha256 = 1',
    ]) {
      if (statement.includes('segments'))
        await sql(`INSERT INTO audit_segments VALUES (999, 1, 2, 'x')`)
      await expect(sql(statement), statement).rejects.toThrow('SQLITE_CONSTRAINT')
    }
  })

  test('while the sealer stands still, the service goes on, events wait and are exported', async ({
    expect,
  }) => {
    const { deps } = await sealedLog()
    await withoutTriggers(() => sql(BROKEN_HEAD))
    expect(await stops(deps)).toBe(true)
    const app = startApp()
    const admin = await hasAdmin(app)
    await writeEvents(deps, 5)
    expect(await stops(deps)).toBe(true)
    const [{ waiting } = { waiting: 0 }] = await sql<{ waiting: number }>(
      'SELECT count(*) AS waiting FROM audit_events WHERE id > (SELECT max(size) FROM audit_heads)',
    )
    expect(waiting).toBeGreaterThan(5)
    const { status, text } = await app.send('GET', '/api/admin/audit/export/', {
      token: admin.accessToken,
    })
    expect(status).toBe(200)
    const lines = text.trim().split('\n')
    expect(lines.filter((line) => line.startsWith('{"entry"')).length).toBeGreaterThan(8)
    expect(lines.at(-1)).toMatch(/^\{"end":/)
    expect((await env.ARCHIVE.list({ prefix: 'audit/' })).objects).toHaveLength(1)
  })
})
