import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { canonical } from '../../src/audit/entry'
import { base64url, joinNodes, leafHash, type Hash, nodeHash } from '../../src/audit/merkle'
import { sealEvents } from '../../src/audit/seal'
import { entryOf, type StoredEvent } from '../../src/audit/stored-event'
import { readHead, verifyHead } from '../../src/audit/tree-head'
import { publicJwk } from '../../src/crypto/jwt'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import { beforeBatch, broken } from '../support/attack'
import { heads, jobDeps, newestId, sealAll, sql, withoutTriggers, writeEvents } from './support'

/** The root by its definition (RFC 9162 §2.1.1), without tiles. */
function naiveRoot(leaves: Hash[]): Hash {
  if (leaves.length <= 1) return leaves[0] ?? joinNodes([])
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)))
}

const allLeaves = async () =>
  (await sql<StoredEvent>('SELECT * FROM audit_events ORDER BY id')).map((row) =>
    leafHash(canonical(entryOf(row))),
  )

const rows = (table: string) => sql(`SELECT * FROM ${table} ORDER BY 1, 2`)

describe('sealing', () => {
  test('C-62, C-65: heads have size, root and time, and are signed with the key of the log', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 3)
    expect(await sealAll(deps)).toBe(3)
    await writeEvents(deps, 600)
    expect(await sealAll(deps)).toBe(600)
    const leaves = await allLeaves()
    for (const { size, jws } of await heads()) {
      const head = await verifyHead(deps.settings.AUDIT_KEYS.map(publicJwk), jws)
      expect(head).toMatchObject({ log: deps.settings.ISSUER, size })
      expect(head?.root).toBe(base64url(naiveRoot(leaves.slice(0, size))))
      expect(await verifyHead(deps.settings.SIGNING_KEYS.map(publicJwk), jws)).toBeUndefined()
      expect(JSON.parse(atob(jws.split('.')[0] ?? ''))).toEqual({
        alg: 'ES256',
        kid: deps.settings.AUDIT_KEYS[0].kid,
        typ: 'audit-head+jws',
      })
    }
  })

  test('without new events signs nothing', async ({ expect }) => {
    const { deps } = jobDeps()
    await sealAll(deps)
    const before = await heads()
    await sealEvents(deps)
    expect(await heads()).toEqual(before)
  })

  test('parallel sealers make one head a size and one tree', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 300)
    const counts = await Promise.all(Array.from({ length: many(50) }, () => sealEvents(deps)))
    expect(counts.reduce((sum, { sealed = 0 }) => sum + sealed, 0)).toBe(300)
    const newest = (await heads()).at(-1)
    expect(readHead(newest?.jws ?? '').root).toBe(base64url(naiveRoot(await allLeaves())))
  })

  test('a sealer that another one was faster than changes nothing', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 5)
    let isFirst = true
    const slow = beforeBatch(async () => {
      if (!isFirst) return
      isFirst = false
      await writeEvents(deps, 30)
      await sealAll(deps)
    })(deps)
    expect(await sealEvents(slow)).toEqual({ sealed: 0 })
    await writeEvents(deps, 5)
    expect(await sealAll(deps)).toBe(5)
    const newest = (await heads()).at(-1)
    expect(readHead(newest?.jws ?? '').root).toBe(base64url(naiveRoot(await allLeaves())))
  })

  test('C-65: a clock that goes back takes neither size nor time back', async ({ expect }) => {
    const { deps, advance } = jobDeps()
    await writeEvents(deps, 2)
    await sealAll(deps)
    advance(-3_600_000)
    await writeEvents(deps, 2)
    await sealAll(deps)
    const list = await heads()
    const times = list.map(({ jws }) => readHead(jws).at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times).toEqual(list.map(({ at }) => at))
  })

  for (const [store, methods] of [
    ['db', ['batch']],
    ['db', ['all']],
    ['archive', ['put']],
  ] as const) {
    test(`${store}.${methods.join()} that fails loses nothing: the next run seals it`, async ({
      expect,
    }) => {
      const { deps } = jobDeps()
      const faulty = jobDeps(broken(store, methods, 'fails'))
      await writeEvents(deps, 5)
      const before = [await rows('audit_heads'), await rows('audit_tiles')]
      await expect(sealEvents(faulty.deps)).rejects.toThrow('service_unavailable')
      if (store === 'db')
        expect([await rows('audit_heads'), await rows('audit_tiles')]).toEqual(before)
      await sealEvents(deps)
      const newest = (await heads()).at(-1)
      expect(readHead(newest?.jws ?? '').root).toBe(base64url(naiveRoot(await allLeaves())))
    })
  }

  test('a signing key that fails leaves everything for the next run', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 5)
    const before = [await rows('audit_heads'), await rows('audit_tiles')]
    const [key] = deps.settings.AUDIT_KEYS
    const wrong = { ...deps.settings, AUDIT_KEYS: [{ ...key, d: 'A'.repeat(43) }] as const }
    await expect(sealEvents({ ...deps, settings: wrong as never })).rejects.toThrow()
    expect([await rows('audit_heads'), await rows('audit_tiles')]).toEqual(before)
    expect(await sealAll(deps)).toBe(5)
  })

  test('a batch that failed leaves no gap', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 2)
    await expect(
      env.DB.batch([
        env.DB.prepare(
          `INSERT INTO audit_events (at, event, level, request_id) VALUES (1, 'x', 'info', 'r')`,
        ),
        env.DB.prepare('INSERT INTO users (id) VALUES (NULL)'),
      ]),
    ).rejects.toThrow()
    await writeEvents(deps, 2)
    const [ids] = await sql<{ gaps: number }>('SELECT max(id) - count(*) AS gaps FROM audit_events')
    expect(ids?.gaps).toBe(0)
    await sealAll(deps)
  })

  test('E-116: an event that vanished before it was sealed leaves a leaf that says so, and an alarm', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    await sealAll(deps)
    await writeEvents(deps, 3)
    const [middle] = await sql<{ id: number }>('SELECT max(id) - 1 AS id FROM audit_events')
    await withoutTriggers(() =>
      env.DB.prepare('DELETE FROM audit_events WHERE id = ?').bind(middle?.id).run(),
    )
    await sealEvents(deps)
    const [alarm] = await sql<{ data: string; level: string }>(
      `SELECT data, level FROM audit_events WHERE event = 'sys_audit_gap'`,
    )
    expect(alarm?.level).toBe('critical')
    expect(JSON.parse(alarm?.data ?? '')).toMatchObject({ gaps: 1 })
    expect(readHead((await heads()).at(-1)?.jws ?? '').size).toBe((middle?.id ?? 0) + 1)
  })

  for (const [what, change, back, message] of [
    [
      'a hash of the tree',
      `UPDATE audit_tiles SET hashes = 'AAAA' || substr(hashes, 5) WHERE level = 0
        AND number = (SELECT max(number) FROM audit_tiles WHERE level = 0)`,
      'UPDATE audit_tiles SET hashes = ?1 WHERE level = 0 AND number = ?2',
      'the tree of the audit log is not the one that was signed',
    ],
    [
      'the newest head',
      `UPDATE audit_heads SET jws = substr(jws, 1, length(jws) - 8) || 'AAAAAAAA'
        WHERE size = (SELECT max(size) FROM audit_heads)`,
      'UPDATE audit_heads SET jws = ?1 WHERE size = ?2',
      'not signed with a key of ours',
    ],
  ] as const)
    test(`E-116: nothing is signed on top of ${what} that was changed, and there is an alarm`, async ({
      expect,
    }) => {
      const { deps } = jobDeps()
      await writeEvents(deps, 3)
      await sealAll(deps)
      const [tile] = await sql<{ hashes: string; number: number }>(
        'SELECT * FROM audit_tiles WHERE level = 0 ORDER BY number DESC LIMIT 1',
      )
      const head = (await heads()).at(-1)
      await withoutTriggers(() => env.DB.prepare(change).run())
      await writeEvents(deps, 3)
      await expect(sealEvents(deps)).rejects.toThrow(message)
      expect((await heads()).length).toBe(
        (await heads()).filter(({ size }) => size <= (head?.size ?? 0)).length,
      )
      const alarms = await sql(`SELECT level FROM audit_events WHERE event = 'sys_audit_mismatch'`)
      expect(alarms[0]).toEqual({ level: 'critical' })
      const values = change.includes('tiles')
        ? [tile?.hashes, tile?.number]
        : [head?.jws, head?.size]
      await withoutTriggers(() =>
        env.DB.prepare(back)
          .bind(...values)
          .run(),
      )
      expect(await sealAll(deps)).toBeGreaterThan(3)
    })

  test('row 43: a row that somebody else has written stops no sealing, whatever is in it', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const odd = ['{"a":1e999}', `{"a":${deep}}`, deep, '{"a":"\\ud800"}', 'no JSON', '[1]', '7', '']
    for (const data of odd)
      await sql(
        `INSERT INTO audit_events (at, event, level, request_id, data) VALUES (1, 'x', 'info', 'r', ?)`,
        data,
      )
    expect(await sealAll(deps)).toBeGreaterThanOrEqual(odd.length)
    expect((await heads()).at(-1)?.size).toBe(await newestId())
  })

  test('one run takes 40,000 events, and leaves the rest for the next', async ({ expect }) => {
    const { deps } = jobDeps()
    await sealAll(deps)
    await sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40001)
      INSERT INTO audit_events (at, event, level, request_id) SELECT i, 'x', 'info', 'r' FROM n`)
    expect(await sealEvents(deps)).toEqual({ sealed: 40_000 })
    expect(await sealEvents(deps)).toEqual({ sealed: 1 })
  })

  test('an event costs two rows written, and is read once to be sealed', async ({ expect }) => {
    const { deps } = jobDeps()
    await sealAll(deps)
    const meter = startMeter()
    const metered = meter.meter(deps)
    await writeEvents(metered, 1, 'usr_cost')
    expect(meter.read().rowsWritten).toBeLessThanOrEqual(2)
    await writeEvents(deps, 500, 'usr_cost')
    meter.read()
    await sealEvents(metered)
    const sealed = meter.read()
    // Each event once, and a few rows of heads and tiles.
    expect(sealed.rowsRead).toBeLessThanOrEqual(501 + 30)
    expect(sealed.rowsWritten).toBeLessThanOrEqual(10)
  })
})
