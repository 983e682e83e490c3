import { afterEach, test } from 'vitest'
import { archiveEvents } from '../../../src/features/audit-log/archive/archive'
import { dropHeads } from '../../../src/features/audit-log/archive/drop-archived'
import { SEGMENT_SIZE } from '../../../src/features/audit-log/archive/segment'
import { emptyLog, heads, jobDeps, RETENTION_MS, sealAll, sql, writeEvents } from './support'

const HOUR_MS = 3_600_000

afterEach(emptyLog)

test('a segment waits for its youngest event, which is not the last one where a clock was put back', async ({
  expect,
}) => {
  const { deps, advance } = jobDeps()
  advance(HOUR_MS)
  await writeEvents(deps, SEGMENT_SIZE - 50)
  advance(-HOUR_MS)
  await writeEvents(deps, 52)
  await sealAll(deps)
  advance(RETENTION_MS + 60_000)
  expect(await archiveEvents(deps)).toMatchObject({ segments: 0, deleted: 0 })
  advance(HOUR_MS)
  expect(await archiveEvents(deps)).toMatchObject({ segments: 1, deleted: SEGMENT_SIZE })
})

test('heads are thinned from the newest on, before which there may be any number', async ({
  expect,
}) => {
  const { deps, advance } = jobDeps()
  const hour = Math.floor(deps.now().getTime() / HOUR_MS)
  // One an hour, as they were thinned; and three of one hour.
  await sql(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1003)
     INSERT INTO audit_heads SELECT i, (?1 + min(i - 1003, -3)) * ${HOUR_MS} + i, 'x' FROM n`,
    hour,
  )
  const before = await heads()
  advance(8 * 24 * HOUR_MS)
  expect(await dropHeads(deps)).toBe(3)
  const left = new Set((await heads()).map(({ size }) => size))
  expect(before.map(({ size }) => size).filter((size) => !left.has(size))).toEqual([
    1000, 1001, 1002,
  ])
})
