import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { archiveEvents } from '../../src/audit/archive'
import { exportEvents } from '../../src/audit/export'
import { sealEvents } from '../../src/audit/seal'
import { readSegment, SEGMENT_SIZE } from '../../src/audit/segment'
import type { Deps } from '../../src/platform/deps'
import {
  countOf,
  emptyLog,
  jobDeps,
  keys,
  oldLog,
  RETENTION_MS,
  sealAll,
  sql,
  withoutTriggers,
  writeEvents,
} from './support'

afterEach(emptyLog)

type Line = { entry?: { id: number }; end?: { count: number; next: number | null } }

async function exported(deps: Deps, after: number, filter: object = {}) {
  const stream = await exportEvents(deps, { filter, after, userId: 'usr_auditor' })
  const lines = (await new Response(stream).text())
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Line)
  return {
    ids: lines.flatMap(({ entry }) => (entry ? [entry.id] : [])),
    end: lines.at(-1)?.end,
  }
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

test('an export goes through every segment of the archive and on into D1, each event once', async ({
  expect,
}) => {
  const { deps, advance } = jobDeps()
  await writeEvents(deps, 2 * SEGMENT_SIZE + 2)
  await sealAll(deps)
  const between = deps.now().getTime() + RETENTION_MS
  advance(RETENTION_MS + 60_000)
  expect(await archiveEvents(deps)).toMatchObject({ segments: 2 })
  const last = 2 * SEGMENT_SIZE + 2
  expect(await exported(deps, 0)).toMatchObject({ end: { next: null } })
  for (const after of [0, SEGMENT_SIZE - 1, SEGMENT_SIZE, SEGMENT_SIZE + 1, 2 * SEGMENT_SIZE]) {
    const { ids } = await exported(deps, after)
    expect(ids.slice(0, last - after), `after ${after}`).toEqual(range(after + 1, last))
  }
  const { ids } = await exported(deps, 0, { from: between })
  expect(ids.every((id) => id > last)).toBe(true)
  const before = await exported(deps, 0, { to: between - 2 * RETENTION_MS })
  expect(before).toEqual({ ids: [], end: { count: 0, next: null } })
})

test('an export holds a thousand events in memory, and ends after fifty thousand with the place to go on', async ({
  expect,
}) => {
  const { deps } = jobDeps()
  await sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50500)
    INSERT INTO audit_events (at, event, level, request_id) SELECT i, 'x', 'info', 'r' FROM n`)
  const wanted = { filter: {}, after: 0, userId: 'usr_auditor' }
  const reader = (await exportEvents(deps, wanted)).getReader()
  const chunks: number[] = []
  let last = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    last = new TextDecoder().decode(value)
    chunks.push(last.match(/"entry"/g)?.length ?? 0)
  }
  expect(Math.max(...chunks)).toBe(1000)
  expect(JSON.parse(last)).toEqual({ end: { count: 50_000, next: 50_000 } })
  expect(await exported(deps, 50_000)).toMatchObject({ end: { next: null } })
})

describe('E-116: the archiver', () => {
  test('takes no event whose address was changed, which encrypted nobody could check', async ({
    expect,
  }) => {
    const { deps } = await oldLog()
    await withoutTriggers(() => sql(`UPDATE audit_events SET ip = '198.51.100.1' WHERE id = 9`))
    await expect(archiveEvents(deps)).rejects.toThrow('entry 9 of the audit log')
    expect(await countOf()).toBe(SEGMENT_SIZE + 3)
    expect((await keys()).filter((key) => key.includes('segments'))).toEqual([])
  })

  test('goes on over events that were all missing when they were sealed', async ({ expect }) => {
    const { deps, advance } = jobDeps()
    await writeEvents(deps, SEGMENT_SIZE + 2)
    await withoutTriggers(() => sql(`DELETE FROM audit_events WHERE id <= ${SEGMENT_SIZE}`))
    await sealAll(deps)
    advance(RETENTION_MS + 60_000)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1 })
    const lines = await readSegment(deps, 1)
    expect(lines.every(({ entry }) => 'missing' in entry)).toBe(true)
  })
})

test('E-116: a head that nobody signed becomes no witness', async ({ expect }) => {
  const { deps } = jobDeps()
  await writeEvents(deps, 2)
  await sealAll(deps)
  await env.ARCHIVE.delete(await keys())
  await withoutTriggers(() => sql(`UPDATE audit_heads SET jws = substr(jws, 1, 80) || 'AAAA'`))
  await expect(sealEvents(deps)).rejects.toThrow('not signed with a key of ours')
  expect(await keys()).toEqual([])
})
