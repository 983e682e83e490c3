import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { archiveEvents } from '../../src/audit/archive'
import { base64url, leafHash, verifyInclusion } from '../../src/audit/merkle'
import { proveConsistency, proveInclusion } from '../../src/audit/prove'
import { searchEvents } from '../../src/audit/search'
import {
  manifestKey,
  openLines,
  readSegment,
  SEGMENT_SIZE,
  segmentKey,
} from '../../src/audit/segment'
import { readHead } from '../../src/audit/tree-head'
import { canonical, personalHash } from '../../src/platform/audit/entry'
import {
  allEvents,
  countOf,
  DAY_MS,
  emptyLog,
  heads,
  jobDeps,
  keys,
  oldLog,
  RETENTION_MS,
  sealAll,
  sql,
  withoutTriggers,
  writeEvents,
} from './support'

const bytes = (text: string) => Buffer.from(text, 'base64url')

afterEach(emptyLog)

describe('archiving', () => {
  test('writes segment, manifest, tiles and head, and deletes from D1 only what is there', async ({
    expect,
  }) => {
    const { deps, before } = await oldLog()
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1, deleted: SEGMENT_SIZE })
    expect(await countOf()).toBe(2)
    const names = await keys()
    expect(names).toContain(segmentKey(1))
    expect(names.filter((key) => key.startsWith('audit/tiles/0/'))).toHaveLength(16)
    const object = await (await env.ARCHIVE.get(segmentKey(1)))?.arrayBuffer()
    const manifest = await (await env.ARCHIVE.get(manifestKey(1)))?.json<Record<string, unknown>>()
    const digest = await crypto.subtle.digest('SHA-256', object ?? new ArrayBuffer())
    expect(manifest).toMatchObject({
      v: 1,
      log: deps.settings.ISSUER,
      first: 1,
      last: SEGMENT_SIZE,
      sha256: base64url(new Uint8Array(digest)),
      bytes: object?.byteLength,
    })
    expect(readHead(String(manifest?.['head'])).size).toBeGreaterThanOrEqual(SEGMENT_SIZE)
    const lines = await openLines(deps, await readSegment(deps, 1))
    expect(lines.map(({ entry }) => entry.id)).toEqual(
      before.slice(0, SEGMENT_SIZE).map(({ id }) => id),
    )
    for (const { entry, personal } of [lines[0], lines.at(-1)].filter(
      (line) => line !== undefined,
    )) {
      expect(personal).toMatchObject({ ip: '192.0.2.7', country: 'DE', user_agent: 'curl' })
      const { salt = '', ...rest } = personal ?? { ip: null, country: null, user_agent: null }
      expect('personal' in entry && entry.personal).toBe(personalHash(salt, rest))
    }
  })

  test('keeps what is younger, and takes it a moment later', async ({ expect }) => {
    const { deps, advance } = await oldLog()
    advance(-120_000)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 0, deleted: 0 })
    advance(120_000)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1 })
    expect(await archiveEvents(deps)).toMatchObject({ segments: 0, deleted: 0 })
  })

  test('takes four segments a run', async ({ expect }) => {
    const { deps, advance } = jobDeps()
    await sql(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO audit_events (at, event, level, request_id) SELECT i, 'x', 'info', 'r' FROM n`,
      5 * SEGMENT_SIZE + 1,
    )
    await sealAll(deps)
    advance(RETENTION_MS)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 4, deleted: 4 * SEGMENT_SIZE })
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1, deleted: SEGMENT_SIZE })
  })

  test('never takes the newest event, so that no number is given twice', async ({ expect }) => {
    const { deps, advance } = jobDeps()
    await writeEvents(deps, SEGMENT_SIZE)
    await sealAll(deps)
    advance(RETENTION_MS * 2)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 0 })
    await writeEvents(deps, 1)
    await sealAll(deps)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1 })
    await writeEvents(deps, 1)
    expect((await sql<{ id: number }>('SELECT max(id) AS id FROM audit_events'))[0]?.id).toBe(
      SEGMENT_SIZE + 2,
    )
  })

  test('C-63, C-64: proofs and search reach archived events', async ({ expect }) => {
    const { deps, userId, before } = await oldLog()
    const size = (await heads()).at(-1)?.size ?? 0
    const proofs = await Promise.all(
      [1, 256, 257, SEGMENT_SIZE, size].map((id) => proveInclusion(deps, id)),
    )
    const consistency = await proveConsistency(deps, 300)
    await archiveEvents(deps)
    for (const proof of proofs) {
      const again = await proveInclusion(deps, proof.index + 1)
      expect(again).toEqual(proof)
      expect(
        verifyInclusion({
          leaf: leafHash(canonical(again.entry)),
          index: again.index,
          size: again.size,
          proof: again.proof.map(bytes),
          root: bytes(readHead(again.head ?? '').root),
        }),
      ).toBe(true)
    }
    expect(await proveConsistency(deps, 300)).toEqual(consistency)
    const found = await allEvents(deps)
    expect(found.map(({ entry }) => entry.id)).toEqual(before.map(({ id }) => id))
    const filter = { user: userId, ip: '192.0.2.7' }
    const page = await searchEvents(deps, { filter, before: 100, limit: 5 })
    expect(page.lines.map(({ entry }) => entry.id)).toEqual([99, 98, 97, 96, 95])
    const none = await searchEvents(deps, { filter: { ip: '192.0.2.8' }, before: 4000, limit: 5 })
    expect(none).toEqual({ lines: [], next: null })
  })

  test('E-116: what is not as it was sealed is neither archived nor deleted', async ({
    expect,
  }) => {
    const { deps } = await oldLog()
    await withoutTriggers(() =>
      env.DB.prepare(`UPDATE audit_events SET event = 'authn_login_success' WHERE id = 7`).run(),
    )
    await expect(archiveEvents(deps)).rejects.toThrow('entry 7 of the audit log')
    expect(await countOf()).toBe(SEGMENT_SIZE + 3)
    const [alarm] = await sql<{ data: string }>(
      `SELECT data FROM audit_events WHERE event = 'sys_audit_mismatch'`,
    )
    expect(JSON.parse(alarm?.data ?? '')).toEqual({ entry: 7 })
  })

  for (const [what, lost] of [
    ['segment', segmentKey(1)],
    ['tile', 'audit/tiles/0/9'],
    ['manifest', manifestKey(1)],
  ] as const)
    test(`a ${what} that does not come back as it was written stops everything`, async ({
      expect,
    }) => {
      const { deps } = await oldLog()
      const get = (key: string) => deps.archive.get(key === lost ? 'audit/nothing' : key)
      const archive = new Proxy(deps.archive, {
        get: (target, key) =>
          key === 'get' ? get : (Reflect.get(target, key) as () => unknown).bind(target),
      })
      await expect(archiveEvents({ ...deps, archive })).rejects.toThrow(
        `does not give back ${lost}`,
      )
      expect(await countOf()).toBe(SEGMENT_SIZE + 2)
    })

  test('the personal data of an account goes with its key, and every proof stays', async ({
    expect,
  }) => {
    const { deps, userId } = await oldLog()
    const proof = await proveInclusion(deps, 5)
    await archiveEvents(deps)
    const stored = await env.ARCHIVE.get(segmentKey(1))
    const text = await new Response(
      stored?.body.pipeThrough(new DecompressionStream('gzip')),
    ).text()
    expect(
      text
        .split('\n')
        .slice(0, SEGMENT_SIZE / 2)
        .join(),
    ).not.toContain('192.0.2.7')
    await sql('DELETE FROM audit_keys WHERE user_id = ?', userId)
    expect(await proveInclusion(deps, 5)).toEqual(proof)
    const { lines } = await searchEvents(deps, { filter: { user: userId }, before: 10, limit: 1 })
    expect(lines[0]?.personal).toBeNull()
  })

  test('an account erased before it was archived gets no key', async ({ expect }) => {
    const { deps, userId } = await oldLog()
    await sql('DELETE FROM users WHERE id = ?', userId)
    await archiveEvents(deps)
    expect(await sql('SELECT * FROM audit_keys')).toEqual([])
    const [line] = await openLines(deps, await readSegment(deps, 1))
    expect(line?.personal).toBeNull()
  })
})

test('heads of a past week are thinned to the last of each hour, and no further', async ({
  expect,
}) => {
  const { deps, advance } = jobDeps()
  advance(-20 * DAY_MS)
  for (let hour = 0; hour < 2; hour += 1) {
    for (let minute = 0; minute < 3; minute += 1) {
      await writeEvents(deps, 1)
      await sealAll(deps)
      advance(60_000)
    }
    advance(3_600_000)
  }
  const sizes = (await heads()).map(({ size, at }) => [Math.floor(at / 3_600_000), size] as const)
  const last = [...new Map(sizes).values()]
  expect(sizes).toHaveLength(6)
  await archiveEvents(deps)
  expect(await heads()).toHaveLength(6)
  advance(20 * DAY_MS)
  await archiveEvents(deps)
  expect((await heads()).map(({ size }) => size)).toEqual(last)
})
