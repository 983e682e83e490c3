import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { archiveEvents } from '../../src/audit/archive'
import { leafHash } from '../../src/audit/merkle'
import { sealEvents } from '../../src/audit/seal'
import { SEGMENT_SIZE } from '../../src/audit/segment'
import { entryOf, type StoredEvent } from '../../src/audit/stored-event'
import { canonical } from '../../src/platform/audit/entry'
import { recordEvent } from '../../src/platform/audit/record'
import { sealText } from '../../src/platform/audit/text'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import {
  countOf,
  DAY_MS,
  emptyLog,
  heads,
  jobDeps,
  keys,
  oldLog,
  sealAll,
  sql,
  withoutTriggers,
  writeEvents,
} from './support'

beforeEach(emptyLog)
afterEach(emptyLog)

const alarms = () =>
  sql<{ data: string }>(`SELECT data FROM audit_events WHERE event = 'sys_audit_mismatch'`)

let days = 0
/** Each test has a time of its own, as alarms are counted by the hour. */
const inOwnTime = (advance: (ms: number) => void) => advance((days += 100) * DAY_MS)

const breakSignature = () =>
  sql(`UPDATE audit_heads SET jws = substr(jws, 1, length(jws) - 8) || 'AAAAAAAA'`)

/** Changes an event together with its hash in the tree: what a careful hand would do. */
async function forge(id: number) {
  await sql(`UPDATE audit_events SET event = 'authn_login_success' WHERE id = ?`, id)
  const [row] = await sql<StoredEvent>('SELECT * FROM audit_events WHERE id = ?', id)
  const [tile] = await sql<{ hashes: string }>('SELECT hashes FROM audit_tiles WHERE level = 0')
  if (!row || !tile) throw new Error('nothing to forge')
  const hashes = Buffer.from(tile.hashes, 'base64')
  Buffer.from(leafHash(canonical(entryOf(row)))).copy(hashes, (id - 1) * 32)
  const text = hashes.toString('base64')
  await sql('UPDATE audit_tiles SET hashes = ? WHERE level = 0 AND number = 0', text)
}

const putText = (id: number, box: string | null) =>
  sql('UPDATE audit_events SET text = ? WHERE id = ?', box, id)

/** A log that is old enough, with a text in its ninth event. */
async function logWithText() {
  const log = jobDeps()
  await writeEvents(log.deps, 8)
  const userId = await insertUser(startApp(), 'customer')
  const text = await sealText(log.deps, userId, { reason: 'asked by phone' })
  await recordEvent(log.deps, { event: 'user_unlocked', userId, text })
  await writeEvents(log.deps, SEGMENT_SIZE - 7)
  await sealAll(log.deps)
  log.advance(91 * DAY_MS)
  return log
}

describe('E-116: the archiver takes nothing', () => {
  for (const [what, change, message] of [
    ['that was changed with its hash', () => forge(7), 'entries 1 to 4096'],
    ['whose text was taken out', () => putText(9, null), 'entry 9'],
    ['that was given a text', () => putText(8, 'x'), 'entry 8'],
    ['under a head that nobody signed', breakSignature, 'not signed with a key of ours'],
  ] as const)
    test(`${what}`, async ({ expect }) => {
      const { deps, advance } = await logWithText()
      inOwnTime(advance)
      const before = await keys()
      await withoutTriggers(change)
      await expect(archiveEvents(deps)).rejects.toThrow(message)
      // The log and the alarm.
      expect(await countOf()).toBe(SEGMENT_SIZE + 3)
      expect(await keys()).toEqual(before)
      expect(await alarms()).toHaveLength(1)
    })

  test('that was changed in a second segment with all tiles above it, but not in the head', async ({
    expect,
  }) => {
    const { deps } = await oldLog()
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1 })
    await writeEvents(deps, SEGMENT_SIZE)
    await sealAll(deps)
    // The first segment’s hash, which the tree above the second one is joined with.
    await withoutTriggers(() =>
      sql(`UPDATE audit_tiles SET hashes = 'AAAA' || substr(hashes, 5) WHERE level = 1`),
    )
    const later = { ...deps, now: () => new Date(deps.now().getTime() + 91 * DAY_MS) }
    await expect(archiveEvents(later)).rejects.toThrow('entries 4097 to 8192')
  })
})

describe('E-116: the sealer', () => {
  for (const more of [5, 15])
    test(`signs nothing over a tail that was cut off and has grown again by ${more}`, async ({
      expect,
    }) => {
      const { deps, advance } = jobDeps()
      inOwnTime(advance)
      await writeEvents(deps, 20)
      await sealAll(deps)
      await withoutTriggers(() => sql('DELETE FROM audit_events WHERE id > 10'))
      await writeEvents(deps, more)
      await expect(sealEvents(deps)).rejects.toThrow('entry 20 is not the one that was sealed')
      expect((await heads()).map(({ size }) => size)).toEqual([20])
      expect(JSON.parse((await alarms())[0]?.data ?? '')).toEqual({ entry: 20 })
    })

  test('goes on after a tile that is full', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 256)
    expect(await sealAll(deps)).toBe(256)
    await writeEvents(deps, 2)
    expect(await sealAll(deps)).toBe(2)
  })

  test('raises the alarm when the database was put back to before what was witnessed', async ({
    expect,
  }) => {
    const { deps, advance } = jobDeps()
    await writeEvents(deps, 300)
    await sealAll(deps)
    const tiles = await sql<{ level: number; number: number; hashes: string }>(
      'SELECT * FROM audit_tiles',
    )
    await env.ARCHIVE.delete(await keys())
    await writeEvents(deps, 10)
    await sealAll(deps)
    await withoutTriggers(async () => {
      await sql('DELETE FROM audit_events WHERE id > 300')
      await sql('DELETE FROM audit_heads WHERE size > 300')
      await sql('DELETE FROM audit_tiles')
      for (const { level, number, hashes } of tiles)
        await sql('INSERT INTO audit_tiles VALUES (?, ?, ?)', level, number, hashes)
    })
    await writeEvents(deps, 5)
    const message = 'has not grown out of its last witness, of 310 events'
    await expect(sealEvents(deps)).rejects.toThrow(message)
    // As many again, and others: of the same size, and of another root.
    await writeEvents(deps, 4)
    await expect(sealEvents(deps)).rejects.toThrow(message)
    await writeEvents(deps, 40)
    await expect(sealEvents(deps)).rejects.toThrow(message)
    // The next hour has a witness of the new log, once the alarm of it was raised.
    advance(3_600_000)
    await writeEvents(deps, 1)
    await expect(sealEvents(deps)).rejects.toThrow(message)
    await writeEvents(deps, 1)
    await sealEvents(deps)
  })
})

describe('a witness', () => {
  const textOf = async (key: string) => (await env.ARCHIVE.get(key))?.text()

  test('is the first head of its hour, as it was signed, and stays it', async ({ expect }) => {
    const { deps, advance } = jobDeps()
    advance(3_600_000 - (deps.now().getTime() % 3_600_000))
    await writeEvents(deps, 2)
    await sealAll(deps)
    const [first] = await heads()
    const name = `audit/heads/${deps.now().toISOString().slice(0, 13)}.jws`
    expect(await keys()).toEqual([name])
    expect(await textOf(name)).toBe(first?.jws)
    await writeEvents(deps, 2)
    await sealAll(deps)
    expect(await textOf(name)).toBe(first?.jws)
    advance(3_600_000)
    await writeEvents(deps, 2)
    await sealAll(deps)
    const next = `audit/heads/${deps.now().toISOString().slice(0, 13)}.jws`
    expect(await keys()).toEqual([name, next])
    expect(await textOf(next)).toBe((await heads()).at(-1)?.jws)
  })
})
