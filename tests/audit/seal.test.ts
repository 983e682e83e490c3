import { describe, test } from 'vitest'
import { base64url, type Hash, joinNodes, leafHash, nodeHash } from '../../src/audit/merkle'
import { sealEvents } from '../../src/audit/seal'
import { entryOf, type StoredEvent } from '../../src/audit/stored-event'
import { readHead, verifyHead } from '../../src/audit/tree-head'
import { canonical } from '../../src/platform/audit/entry'
import { publicJwk } from '../../src/platform/crypto/jwt'
import { beforeBatch, broken } from '../support/attack'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import { heads, jobDeps, sealAll, sql, writeEvents } from './support'

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
