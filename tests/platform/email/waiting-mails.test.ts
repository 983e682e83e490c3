import { env } from 'cloudflare:workers'
import { afterEach, describe, test } from 'vitest'
import { mails } from '../../../src/mails'
import type { Deps } from '../../../src/platform/deps'
import { enqueueNotice } from '../../../src/platform/email/enqueue'
import { openMail } from '../../../src/platform/email/queued-mail'
import { sendWaitingMails } from '../../../src/platform/email/send-waiting-mails'
import { jobEvents, killedAt, rowOf } from '../../jobs/support'
import { noQueue, sendWaiting, waiting } from '../../support/mail-faults'
import { nextMail } from '../../support/mailbox'
import { testDeps } from '../../support/test-deps'
import { someone, verifyMail } from './support'

afterEach(() => env.DB.prepare('DELETE FROM waiting_mails').run())

const LIFE_MS = 13 * 86_400_000

const deps = testDeps()

/** Has a mail wait, as of some milliseconds after 1970; its address. */
async function hasWaiting(at: number) {
  const person = someone()
  await enqueueNotice({ ...noQueue()(deps), now: () => new Date(at) }, verifyMail(person))
  return person.to
}

/** Has many wait, of a size, one a millisecond. */
const hasMany = (count: number, bytes: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
     INSERT INTO waiting_mails SELECT i, 'mail_' || i, substr(i || '_' || hex(zeroblob(?2)), 1, ?2) FROM n`,
  )
    .bind(count, bytes)
    .run()

/** A queue that keeps what it is sent, batch by batch. */
function keepingQueue(then: () => Promise<unknown> = () => Promise.resolve()) {
  const batches: string[][] = []
  const sendBatch = async (messages: Iterable<{ body: string }>) => {
    batches.push([...messages].map(({ body }) => body))
    await then()
  }
  return { batches, deps: { ...deps, mailQueue: { sendBatch } as unknown as Deps['mailQueue'] } }
}

describe('the mails that wait', () => {
  test('go out through the queue, and only once', async ({ expect }) => {
    const addresses = [await hasWaiting(1), await hasWaiting(2)]
    await sendWaiting()
    for (const address of addresses) await nextMail(address)
    expect(await waiting()).toEqual([])
    const { batches, deps: later } = keepingQueue()
    expect(await sendWaitingMails(later, mails)).toEqual({ mails: 0, failed: 0 })
    expect(batches).toEqual([])
  })

  test('go oldest first, sealed until then', async ({ expect }) => {
    const addresses = [await hasWaiting(2), await hasWaiting(1), await hasWaiting(3)]
    const { batches, deps: kept } = keepingQueue()
    for (const { body } of await waiting()) expect(body).not.toMatch(/@|verify/)
    expect(await sendWaitingMails(kept, mails)).toEqual({ mails: 3, failed: 0 })
    const sent = await Promise.all((batches[0] ?? []).map((body) => openMail(deps, body)))
    expect(sent.map((mail) => mail?.to)).toEqual([1, 0, 2].map((index) => addresses[index]))
  })

  test('stay while the queue is down, and the run has failed', async ({ expect }) => {
    const address = await hasWaiting(Date.now())
    await expect(sendWaiting(noQueue())).rejects.toThrow('send-waiting-mails')
    expect(await waiting()).toHaveLength(1)
    await sendWaiting()
    await nextMail(address)
  })

  test('E-117: go again where a run was cut off, and are lost by none', async ({ expect }) => {
    await hasWaiting(1)
    const { batches, deps: kept } = keepingQueue()
    await expect(sendWaitingMails(killedAt(0, ['delete'])(kept), mails)).rejects.toThrow(
      'service_unavailable',
    )
    expect(await waiting()).toHaveLength(1)
    await Promise.all([sendWaitingMails(kept, mails), sendWaitingMails(kept, mails)])
    expect(new Set(batches.flat()).size).toBe(1)
    expect(await waiting()).toEqual([])
  })

  test('are deleted only if they were sent: one that comes meanwhile stays', async ({ expect }) => {
    await hasWaiting(5)
    let late: string | undefined
    const { batches, deps: kept } = keepingQueue(async () => {
      // Older than what is being sent: a clock of another edge.
      if (late === undefined) late = await hasWaiting(4)
    })
    await sendWaitingMails(kept, mails)
    expect(batches.map((batch) => batch.length)).toEqual([1, 1])
    expect(await waiting()).toEqual([])
  })

  test('go in sends that the queue takes, a thousand a run at most', async ({ expect }) => {
    await hasMany(1001, 1500)
    const { batches, deps: kept } = keepingQueue()
    expect(await sendWaitingMails(kept, mails)).toEqual({ mails: 1000, failed: 0 })
    expect(batches.map((batch) => batch.length)).toEqual(Array.from({ length: 10 }, () => 100))
    expect((await waiting()).map(({ id }) => id)).toEqual(['mail_1000'])
    await env.DB.prepare('DELETE FROM waiting_mails').run()
    // Of 20 KB ten fit, of more than all that fits one.
    await hasMany(25, 20_000)
    await sendWaitingMails(kept, mails)
    expect(batches.slice(10).map((batch) => batch.length)).toEqual([10, 10, 5])
    expect(await waiting()).toEqual([])
  })

  test('go though the queue refuses one of them, which is given up after thirteen days, with an event', async ({
    expect,
  }) => {
    const sent: string[] = []
    const refuse = (body: string) =>
      body.startsWith('0_') ? Promise.reject(new Error('message too large')) : sent.push(body)
    const send = async (body: string) => void (await refuse(body))
    const sendBatch = async (messages: { body: string }[]) => {
      if (messages.some(({ body }) => body.startsWith('0_'))) await refuse('0_')
      sent.push(...messages.map(({ body }) => body))
    }
    const mailQueue = { send, sendBatch } as unknown as Deps['mailQueue']
    const at = (ms: number) => ({ ...deps, mailQueue, now: () => new Date(ms) })
    await hasMany(201, 100)
    expect(await sendWaitingMails(at(LIFE_MS - 1), mails)).toEqual({ mails: 200, failed: 1 })
    expect(new Set(sent).size).toBe(200)
    expect((await waiting()).map(({ id }) => id)).toEqual(['mail_0'])

    await hasWaiting(1)
    const events = `SELECT data FROM audit_events WHERE event = 'mail_failed'`
    const unrecorded = killedAt(0, ['batch'])(at(LIFE_MS))
    expect(await sendWaitingMails(unrecorded, mails)).toEqual({ mails: 1, failed: 1 })
    await hasWaiting(1)
    expect(await sendWaitingMails(at(LIFE_MS), mails)).toEqual({ mails: 1, failed: 0 })
    expect(await waiting()).toEqual([])
    expect((await env.DB.prepare(events).run()).results).toEqual([
      { data: expect.stringContaining('refused by the queue') },
    ])
  })

  test('are given up after thirteen days where the queue takes none, a hundred a run', async ({
    expect,
  }) => {
    await hasMany(201, 1500)
    const down = (ms: number) => ({ ...noQueue()(deps), now: () => new Date(ms) })
    const left = async (ms: number) => {
      await expect(sendWaitingMails(down(ms), mails)).rejects.toThrow('service_unavailable')
      return (await waiting()).length
    }
    expect(await left(LIFE_MS - 1)).toBe(201)
    expect(await left(LIFE_MS)).toBe(200)
    expect(await left(LIFE_MS + 1000)).toBe(100)
  })

  test('leave an event where there were some, and none each minute', async ({ expect }) => {
    const told = () => jobEvents('sys_job_done', 'send-waiting-mails')
    const before = await told()
    await sendWaiting()
    expect(await told()).toEqual(before)
    await hasWaiting(1)
    await sendWaiting()
    expect((await told()).slice(before.length)).toEqual([
      { job: 'send-waiting-mails', mails: 1, failed: 0 },
    ])
    expect(JSON.parse((await rowOf('send-waiting-mails'))?.counts ?? '')).toEqual({
      mails: 1,
      failed: 0,
    })
  })
})
