import { afterEach, beforeAll, describe, test } from 'vitest'
import { purgeOrphans } from '../../../src/features/merchant-documents/purge-orphans'
import { randomId } from '../../../src/platform/crypto/token'
import { forgetJobs } from '../../crons/support'
import { bucketOf } from '../../support/bucket'
import { startMeter } from '../../support/meter'
import { testDeps } from '../../support/test-deps'
import { insertRows, KEPT_MS } from './leftover-support'

const MERCHANTS = 10_000
const DOCUMENTS = 100_000
const documents: string[] = []

/** Ten documents each, as many as a merchant may have. */
beforeAll(async () => {
  for (let merchants = 0; merchants < MERCHANTS; merchants += 1000) {
    const ids = Array.from({ length: 1000 }, () => randomId('usr'))
    const keys = ids.flatMap((id) =>
      Array.from({ length: DOCUMENTS / MERCHANTS }, () => `merchants/${id}/${randomId('doc')}`),
    )
    await insertRows(keys)
    documents.push(...keys)
  }
}, 60_000)

afterEach(forgetJobs)

const { meter, read } = startMeter()

const runOn = (archive: R2Bucket, ms = KEPT_MS, pageSize?: number) => {
  const deps = meter(testDeps({ now: () => new Date(ms), archive }))
  read()
  return purgeOrphans(deps, pageSize)
}

describe('among 100,000 documents', () => {
  test('a run reads 5,000 objects by few statements and rows', async ({ expect }) => {
    const { archive, lists, deleted } = bucketOf(documents)
    expect(documents).toHaveLength(DOCUMENTS)
    expect(await runOn(archive)).toEqual({ uploads: 0, objects: 0 })
    expect(lists.map((page) => page.length)).toEqual([1000, 1000, 1000, 1000, 1000])
    const { d1Statements, rowsRead, rowsWritten } = read()
    // Of the rows that are written one is the place, the first time.
    expect([d1Statements, rowsWritten]).toEqual([8, 1])
    // One of the list, and by the user of each at most ten, half of them on the average.
    expect(rowsRead).toBeLessThan(5000 * 7)
    expect(deleted).toEqual([])
  })

  test('a part that is mostly unknown stops the run before it deletes in others', async ({
    expect,
  }) => {
    const sorted = documents.toSorted()
    const { lists } = await seenAt(sorted)
    const pages = lists.map(([first = '']) => sorted.indexOf(first))
    const [begin = 0, , third = 0] = pages
    // A leftover in the first page, and in the third one all but the known ones under other keys.
    const isLost = (at: number, share: number) => at >= third && at < third + share
    const lost = (share: number) =>
      sorted.map((key, at) => (at === begin || isLost(at, share) ? `${key}~` : key))
    const half = withNote(lost(500))
    expect(await runOn(half.archive)).toMatchObject({ objects: 501 })
    expect(half.deleted).toContain(`${sorted[begin]}~`)
    const more = withNote(lost(501))
    await forgetJobs()
    await expect(runOn(more.archive)).rejects.toThrow('501 of 1000')
    expect(more.deleted).toEqual([])
  })

  test('a run goes on where the one before has ended, after an alarm too', async ({ expect }) => {
    const sorted = documents.toSorted()
    const { archive, lists } = bucketOf(sorted.map((key, at) => (at < 4000 ? key : `${key}~`)))
    await expect(runOn(archive)).rejects.toThrow('have no row')
    expect(lists[0]?.[0]).toBe(sorted[0])
    lists.splice(0)
    await expect(runOn(archive)).rejects.toThrow('have no row')
    expect(lists[0]?.[0]).toBe(`${sorted[5000]}~`)
  })

  test('a last page of few is not judged by itself', async ({ expect }) => {
    // Of 1,001 objects the last one of the walk has no row, and is looked at with others.
    const keys = documents.slice(0, 1001).toSorted()
    const { lists } = await seenAt(keys)
    const last = keys.indexOf(lists[0]?.[0] ?? '') - 1
    const stray = withNote(keys.with(last, `${keys.at(last)}~`))
    expect(await runOn(stray.archive)).toMatchObject({ objects: 1 })
  })

  test('all that is unknown goes in the end, and nothing else', async ({ expect }) => {
    // As 100,000 objects for pages of 1,000.
    const keys = documents.slice(0, 2000)
    const strays = keys.map((key) => `${key}~`).filter((_, at) => at % 7 === 3)
    const bucket = withNote([...keys, ...strays])
    const left = new Set(strays)
    let runs = 0
    for (; left.size > 0 && runs < 100; runs += 1) {
      await runOn(bucket.archive, KEPT_MS + runs * 900_000, 20)
      for (const key of bucket.deleted.splice(0)) left.delete(key)
    }
    expect(left.size).toBe(0)
  })
})

/** A bucket whose leftovers were found at the beginning of time. */
function withNote(keys: readonly string[]) {
  const leftovers = keys.filter((key) => key.endsWith('~'))
  return bucketOf(keys, JSON.stringify(Object.fromEntries(leftovers.map((key) => [key, 0]))))
}

async function seenAt(keys: readonly string[]) {
  const bucket = bucketOf(keys)
  await runOn(bucket.archive)
  await forgetJobs()
  return bucket
}

test('a database with users and without their documents is another one', async ({ expect }) => {
  const bucket = bucketOf(documents.slice(0, 3000).map((key) => `${key}~`))
  await expect(runOn(bucket.archive)).rejects.toThrow('1000 of 1000')
  expect(bucket.deleted).toEqual([])
})
