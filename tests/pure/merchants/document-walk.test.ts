import { createHash } from 'node:crypto'
import { describe, test } from 'vitest'
import { walkDocuments } from '../../../src/merchants/document-walk'
import { PATIENCE } from '../../../src/patience'
import { bucketOf } from '../../support/bucket'

const QUARTER_MS = 900_000
const START = Date.UTC(2027, 2, 8)
const PAGE = 20
const PER_RUN = 5 * PAGE

const idOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22)
const keysOf = (count: number) =>
  Array.from({ length: count }, (_, at) => `merchants/usr_${idOf(`${at}`)}/doc_${at}`).toSorted()

const walkAt = (archive: R2Bucket, ms: number) =>
  walkDocuments({ archive, now: () => new Date(ms), patience: PATIENCE }, PAGE)

describe('a walk', () => {
  test.for([0, 1, PAGE - 1, PAGE, PAGE + 1, PER_RUN - 2 * PAGE])(
    'of %i objects sees each once, wherever it begins',
    async (count, { expect }) => {
      const { archive, keys } = bucketOf(keysOf(count))
      for (let run = 0; run < 50; run += 1) {
        const seen = await walkAt(archive, START + run * QUARTER_MS)
        expect(seen.toSorted()).toEqual(keys)
      }
    },
  )

  test('asks for five pages at most, and sees none twice', async ({ expect }) => {
    for (const count of [PER_RUN - 1, PER_RUN, PER_RUN + 1, 2 * PER_RUN]) {
      const { archive, lists } = bucketOf(keysOf(count))
      for (let run = 0; run < 50; run += 1) {
        const seen = await walkAt(archive, START + run * QUARTER_MS)
        expect(new Set(seen).size).toBe(seen.length)
        expect(lists.splice(0).length).toBeLessThanOrEqual(5)
      }
    }
  })

  test('of a small bucket asks twice, once to its end and once from its beginning', async ({
    expect,
  }) => {
    const { archive, lists } = bucketOf(keysOf(PAGE))
    await walkAt(archive, START)
    expect(lists).toHaveLength(2)
  })

  test('begins at the same place for a quarter of an hour, and then elsewhere', async ({
    expect,
  }) => {
    const { archive } = bucketOf(keysOf(1000))
    const firstAt = async (ms: number) => (await walkAt(archive, ms))[0]
    expect(await firstAt(START + QUARTER_MS - 1)).toBe(await firstAt(START))
    expect(await firstAt(START + QUARTER_MS)).not.toBe(await firstAt(START))
  })
})

// In ratio to what a run sees: of 5,000 a run, as 5,000, 100,000 and a million
// (docs/operations.md).
test.for([
  [1, 2],
  [20, 36],
  [200, 384],
] as const)(
  'a bucket of %i times as many as a run sees is seen whole in %i runs',
  async ([times, most], { expect }) => {
    const { archive, keys } = bucketOf(keysOf(times * PER_RUN))
    const left = new Set(keys)
    let runs = 0
    for (; left.size > 0 && runs <= most; runs += 1) {
      for (const key of await walkAt(archive, START + runs * QUARTER_MS)) left.delete(key)
    }
    expect(left.size).toBe(0)
  },
)
