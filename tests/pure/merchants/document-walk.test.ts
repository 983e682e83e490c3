import { createHash } from 'node:crypto'
import { describe, test } from 'vitest'
import { walkDocuments } from '../../../src/merchants/document-walk'
import { PATIENCE } from '../../../src/platform/patience'
import { bucketOf } from '../../support/bucket'

const FIRST = 'merchants/'
const PAGE = 20
const PER_RUN = 5 * PAGE

const idOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22)
const keysOf = (count: number) =>
  Array.from({ length: count }, (_, at) => `merchants/usr_${idOf(`${at}`)}/doc_${at}`).toSorted()

const walkFrom = (archive: R2Bucket, place: string) =>
  walkDocuments({ archive, patience: PATIENCE }, place, PAGE)

/** Places before all keys, at each tenth of them, between two, and after all. */
const placesAmong = (keys: readonly string[]) => [
  FIRST,
  ...keys.filter((_, at) => at % 10 === 0),
  ...keys.filter((_, at) => at % 10 === 5).map((key) => `${key}~`),
  'merchants/~',
]

describe('a walk', () => {
  test.for([0, 1, PAGE - 1, PAGE, PAGE + 1, PER_RUN - 2 * PAGE])(
    'of %i objects sees each once, wherever it begins, and leaves no place to go on at',
    async (count, { expect }) => {
      const { archive, keys } = bucketOf(keysOf(count))
      for (const place of placesAmong(keys)) {
        const walk = await walkFrom(archive, place)
        expect(walk.keys.toSorted()).toEqual(keys)
        expect(walk.last).toBeUndefined()
      }
    },
  )

  test('asks for five pages at most, and sees none twice', async ({ expect }) => {
    for (const count of [PER_RUN - 1, PER_RUN, PER_RUN + 1, 2 * PER_RUN]) {
      const { archive, keys, lists } = bucketOf(keysOf(count))
      for (const place of placesAmong(keys)) {
        const walk = await walkFrom(archive, place)
        expect(new Set(walk.keys).size).toBe(walk.keys.length)
        expect(lists.splice(0).length).toBeLessThanOrEqual(5)
      }
    }
  })

  test('of a small bucket asks twice, once to its end and once from its beginning', async ({
    expect,
  }) => {
    const { archive, keys, lists } = bucketOf(keysOf(PAGE))
    await walkFrom(archive, keys[3] ?? '')
    expect(lists).toHaveLength(2)
  })
})

// In ratio to what a run sees: of 5,000 a run, as 5,000, 100,000 and a million
// (docs/operations.md).
test.for([1, 20, 200])(
  'a bucket of %i times as many as a run sees is seen whole in as many runs and one',
  async (times, { expect }) => {
    const { archive, keys } = bucketOf(keysOf(times * PER_RUN))
    const left = new Set(keys)
    let place = keys[7] ?? ''
    // One of them comes round, and asks once more.
    for (let run = 0; run < times + 1; run += 1) {
      const walk = await walkFrom(archive, place)
      for (const key of walk.keys) left.delete(key)
      place = walk.last ?? FIRST
    }
    expect(left.size).toBe(0)
  },
)
