import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { archiveEvents } from '../../../src/features/audit-log/archive/archive'
import {
  manifestKey,
  SEGMENT_SIZE,
  segmentKey,
} from '../../../src/features/audit-log/archive/segment'
import { killedAt } from '../../crons/support'
import { countOf, emptyLog, keys, oldLog, sql, withoutTriggers } from './support'

afterEach(emptyLog)

const textOf = async (key: string) => (await env.ARCHIVE.get(key))?.text()
const bytesOf = async (key: string) => (await env.ARCHIVE.get(key))?.arrayBuffer()
const mismatches = () =>
  sql<{ data: string }>(`SELECT data FROM audit_events WHERE event = 'sys_audit_mismatch'`)

/** A log whose first segment is in the archive and noted: the run was cut off before it deleted. */
async function notedLog() {
  const log = await oldLog()
  await archiveEvents(killedAt(0, ['run'])(log.deps)).catch(() => {})
  const [noted] = await sql('SELECT first FROM audit_segments')
  if (!noted || (await countOf()) <= SEGMENT_SIZE) throw new Error('was not cut off in between')
  return log
}

describe('events that the database says are archived stay in it', () => {
  test.for([
    ['the archive is empty', async () => env.ARCHIVE.delete(await keys())],
    [
      'the archive has another log',
      () => env.ARCHIVE.put(manifestKey(1), '{"root":"other","sha256":"other","bytes":1}'),
    ],
    ['the archive has the manifest alone', () => env.ARCHIVE.delete(segmentKey(1))],
    ['the archive has a part of the segment', () => env.ARCHIVE.put(segmentKey(1), 'x')],
  ] as const)('while %s', async ([, lose], { expect }) => {
    const { deps } = await notedLog()
    const rows = await countOf()
    const kept = await Promise.all([manifestKey(1), segmentKey(1)].map(bytesOf))
    await lose()
    await expect(archiveEvents(deps)).rejects.toThrow('the archive does not have segment 1')
    // And the alarm beside them.
    expect(await countOf()).toBe(rows + 1)
    expect(await mismatches()).toEqual([{ data: '{"segment":1}' }])
    await Promise.all(
      [manifestKey(1), segmentKey(1)].map((key, at) => env.ARCHIVE.put(key, kept[at] ?? '')),
    )
    expect(await archiveEvents(deps)).toMatchObject({ deleted: SEGMENT_SIZE })
  })
})

describe('segments of another history', () => {
  test('are not overwritten by a database that has noted none', async ({ expect }) => {
    const { deps } = await oldLog()
    await archiveEvents(deps)
    // The witnesses would stop the sealer of the other log first.
    await env.ARCHIVE.delete((await keys()).filter((key) => key.startsWith('audit/heads/')))
    const names = await keys()
    const kept = await Promise.all(names.map(textOf))
    await withoutTriggers(() =>
      env.DB.batch(
        ['audit_events', 'audit_tiles', 'audit_heads', 'audit_segments'].map((table) =>
          env.DB.prepare(`DELETE FROM ${table}`),
        ),
      ),
    )
    const other = await oldLog()
    await expect(archiveEvents(other.deps)).rejects.toThrow('the archive has another segment 1')
    expect(await Promise.all(names.map(textOf))).toEqual(kept)
    expect(await mismatches()).toEqual([{ data: '{"segment":1}' }])
    expect(await countOf()).toBe(SEGMENT_SIZE + 3)
  })

  test('are the same where the database was put back to before they were noted', async ({
    expect,
  }) => {
    const { deps } = await notedLog()
    await withoutTriggers(() => sql('DELETE FROM audit_segments'))
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1, deleted: SEGMENT_SIZE })
  })
})
