import { afterEach, describe, test } from 'vitest'
import { forgetJobs } from '../../crons/support'
import {
  DAY_MS,
  dropAt,
  forgetDocuments,
  forgetRows,
  insertRows,
  KEPT_MS,
  objectKeys,
  putDocuments,
} from '../merchant-documents/leftover-support'

afterEach(forgetDocuments)
afterEach(forgetJobs)

const YEAR_MS = 365 * DAY_MS

describe('rows of old documents that were lost', () => {
  test('and came back within a restore window have their objects', async ({ expect }) => {
    const { known, uploaded } = await putDocuments({ known: 20, unknown: 0 })
    const lost = known.slice(0, 9)
    const start = uploaded + YEAR_MS
    await dropAt(start)
    await forgetRows(lost)
    for (let day = 0; day <= 30; day += 1) await dropAt(start + day * DAY_MS)
    expect(await objectKeys()).toEqual(known.toSorted())
    await insertRows(lost)
    await dropAt(start + 31 * DAY_MS)
    // The time counts anew where they are lost again.
    await forgetRows(lost)
    for (const day of [32, 60, 91]) await dropAt(start + day * DAY_MS)
    expect(await objectKeys()).toEqual(known.toSorted())
    expect(await dropAt(start + 32 * DAY_MS + KEPT_MS)).toMatchObject({ objects: 9 })
  })

  test('are told of while they can be had back, if they are the most', async ({ expect }) => {
    const { known, uploaded } = await putDocuments({ known: 5, unknown: 0 })
    await forgetRows(known.slice(2))
    await expect(dropAt(uploaded + DAY_MS)).rejects.toThrow('3 of 5 documents have no row')
    expect(await objectKeys()).toHaveLength(5)
  })
})
