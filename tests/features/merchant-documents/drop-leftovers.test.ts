import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { forgetJobs, jobEvents, rowOf } from '../../crons/support'
import { columnOf, insertUser } from '../../support/admins'
import { startApp } from '../../support/app'
import { collectingLog } from '../../support/attack'
import { sendWaiting } from '../../support/mail-faults'
import { mailsTo } from '../../support/mailbox'
import {
  DAY_MS,
  dropAt,
  forgetDocuments,
  forgetRows,
  insertRows,
  KEPT_MS,
  objectKeys,
  putDocuments,
  putObjects,
  rowsOfDocuments,
  runAt,
  unknownEvents,
} from './leftover-support'

afterEach(forgetDocuments)
afterEach(forgetJobs)

const MONTH_MS = 30 * DAY_MS
const RUN_MS = 900_000

describe('an object that no row knows', () => {
  test('stays for two restore windows after it was found, to the millisecond', async ({
    expect,
  }) => {
    const { known, uploaded } = await putDocuments({ known: 1, unknown: 1 })
    const found = uploaded + KEPT_MS
    expect(await dropAt(found)).toMatchObject({ objects: 0 })
    expect(await dropAt(found + KEPT_MS - 1)).toMatchObject({ objects: 0 })
    expect(await objectKeys()).toHaveLength(2)
    expect(await dropAt(found + KEPT_MS)).toMatchObject({ objects: 1 })
    expect(await objectKeys()).toEqual(known)
  })

  test('goes in the first run after that, where the bucket is small', async ({ expect }) => {
    const { known, uploaded } = await putDocuments({ known: 30, unknown: 20 })
    await dropAt(uploaded)
    expect(await dropAt(uploaded + KEPT_MS)).toMatchObject({ objects: 20 })
    expect(await objectKeys()).toEqual(known.toSorted())
    expect(await dropAt(uploaded + KEPT_MS + RUN_MS)).toMatchObject({ objects: 0 })
  })

  test('goes from any place of a bucket that no run sees whole', async ({ expect }) => {
    // One under each first sign of a random id, in the order that the archive itself has.
    const signs = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'.split('')
    const keys = signs.map((sign) => `merchants/${`usr_${sign}`.padEnd(26, 'x')}/doc_x`)
    const uploaded = await putObjects(keys)
    const late = uploaded + KEPT_MS
    const known = keys.filter((_, at) => at % 7 !== 3)
    await insertRows(known)
    for (let turn = 0; turn < 16; turn += 1) await dropAt(uploaded + turn * RUN_MS, 4)
    for (let turn = 16; turn < 32; turn += 1) await dropAt(late + turn * RUN_MS, 4)
    expect(await objectKeys()).toEqual(known)
  })

  test('goes once when two runs begin at once, and no other does', async ({ expect }) => {
    const { known, uploaded } = await putDocuments({ known: 3, unknown: 2 })
    await Promise.all([1, 2].map(() => dropAt(uploaded)))
    expect(await objectKeys()).toHaveLength(5)
    await Promise.all([1, 2].map(() => dropAt(uploaded + KEPT_MS)))
    expect(await objectKeys()).toEqual(known.toSorted())
  })
})

test('an upload that was cut off ends after an hour, to the millisecond', async ({ expect }) => {
  const { unknown } = await putDocuments({ known: 1, unknown: 1 })
  await insertRows(unknown, null)
  expect(await dropAt(3_599_999)).toMatchObject({ uploads: 0 })
  expect(await dropAt(3_600_000)).toMatchObject({ uploads: 1 })
})

describe('after a restore', () => {
  test('documents of the lost span are there as long as it can be undone', async ({ expect }) => {
    const { known, uploaded } = await putDocuments({ known: 20, unknown: 0 })
    const rows = await rowsOfDocuments()
    // To the moment before the last seven came, on the last day on which that can be done.
    const lost = known.slice(13)
    await forgetRows(lost)
    const restored = uploaded + MONTH_MS - DAY_MS
    for (let day = 0; day <= 30; day += 1) await dropAt(restored + day * DAY_MS)
    expect(await objectKeys()).toEqual(known.toSorted())
    // Undone on the last day of all: every row has its object.
    await env.DB.exec('DELETE FROM merchant_documents')
    await insertRows(known)
    expect(await rowsOfDocuments()).toHaveLength(rows.length)
    await dropAt(restored + MONTH_MS + KEPT_MS)
    expect(await objectKeys()).toEqual(known.toSorted())
  })

  test('into the midst of an upload, its row ends and its object stays', async ({ expect }) => {
    const { known, unknown, uploaded } = await putDocuments({ known: 1, unknown: 1 })
    await insertRows(unknown, null)
    expect(await dropAt(uploaded)).toMatchObject({ uploads: 1, objects: 0 })
    expect(await rowsOfDocuments()).toHaveLength(1)
    expect(await objectKeys()).toEqual([...known, ...unknown].toSorted())
    await insertRows(unknown)
    await dropAt(uploaded + KEPT_MS)
    expect(await objectKeys()).toEqual([...known, ...unknown].toSorted())
  })

  test('to a database that knows none of them nothing ever goes', async ({ expect }) => {
    const { unknown, uploaded } = await putDocuments({ known: 0, unknown: 5 })
    for (const days of [60, 90, 400]) {
      await expect(dropAt(uploaded + days * DAY_MS)).rejects.toThrow('5 of 5 documents')
    }
    expect(await objectKeys()).toEqual(unknown.toSorted())
  })
})

describe('the alarm', () => {
  test('is raised by one more than half, and not by half', async ({ expect }) => {
    const { known, unknown, uploaded } = await putDocuments({ known: 3, unknown: 4 })
    await insertRows(unknown.slice(3))
    expect(await dropAt(uploaded)).toMatchObject({ objects: 0 })
    await forgetRows(unknown)
    const late = uploaded + KEPT_MS
    await expect(dropAt(late)).rejects.toThrow('4 of 7 documents have no row')
    expect(await objectKeys()).toHaveLength(7)
    await insertRows(unknown.slice(3))
    const { unknown: young } = await putDocuments({ known: 0, unknown: 1 })
    expect(await dropAt(late + DAY_MS)).toMatchObject({ objects: 3 })
    expect(await objectKeys()).toEqual([...known, ...unknown.slice(3), ...young].toSorted())
  })

  test('is an event, an error line and one mail a day, until it is mended', async ({ expect }) => {
    const id = crypto.randomUUID()
    const { length: before } = await unknownEvents()
    const email = String(await columnOf(await insertUser(startApp(), 'admin'), 'email'))
    const { unknown, uploaded } = await putDocuments({ known: 1, unknown: 2 })
    const late = Math.ceil((uploaded + KEPT_MS) / 3_600_000) * 3_600_000
    const runs = (ms: number) =>
      Promise.all([1, 2].map(() => runAt(late + ms, id).catch((error: unknown) => String(error))))
    const log = await collectingLog(async () => {
      expect(await runs(0)).toEqual(Array(2).fill('Error: failed: drop-leftovers'))
    })
    for (const key of unknown) expect(log).toContain(key)
    const all = (await objectKeys()).toSorted()
    const [event] = (await unknownEvents()).slice(before)
    // The walk begins at some place and goes round.
    expect(event).toMatchObject({ unknown: 2, objects: 3 })
    expect(all).toEqual(expect.arrayContaining([event?.['first'], event?.['last']]))
    expect(event?.['first']).not.toBe(event?.['last'])
    expect(await jobEvents('sys_job_failed', 'drop-leftovers')).toHaveLength(1)
    expect(await rowOf('drop-leftovers')).toMatchObject({ succeeded_at: null })

    await runs(DAY_MS)
    await sendWaiting()
    const [mail] = await mailsTo(email)
    expect(mail?.subject).toBe('Merchants’ documents are unknown')
    expect(mail?.text).toContain('Without a row: 2')
    await runs(DAY_MS + 1)
    await sendWaiting()
    expect(await mailsTo(email, { after: 1 })).toHaveLength(1)

    await insertRows(unknown)
    await runAt(late + DAY_MS + 2, id)
    expect(await rowOf('drop-leftovers')).toMatchObject({ succeeded_at: late + DAY_MS + 2 })
  })
})
