import { env } from 'cloudflare:workers'
import { beforeEach, describe, test, vi } from 'vitest'
import type { MailRequest } from '../../../src/platform/email/enqueue'
import { LIFE_MS, retryLater } from '../../../src/platform/email/retry-delay'
import { mailsTo } from '../../support/smtp-mailbox'
import { HOUR, MINUTE, NOON, startService } from './mail-service'
import { brokenDb, codeMail, mailEventsOf, someone, verifyMail } from './support'

const DAY = 24 * HOUR
const LINK = 'https://auth.phantom.test/not-me#token=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'

beforeEach(() => env.DB.prepare('DELETE FROM mail_status').run())

/** Mails of each kind, and when they are not worth sending any more. */
function mailsOfEachKind() {
  const where = { ip: '203.0.113.7', country: null, device: null, time: new Date(NOON) }
  const kinds = {
    code: { ...codeMail(someone()), expiresAt: NOON + 5 * MINUTE },
    reset: {
      template: 'reset_password',
      ...someone(),
      data: { link: LINK, validMinutes: 60, ip: '203.0.113.7', country: null, time: where.time },
      expiresAt: NOON + HOUR,
    },
    verify: { ...verifyMail(someone()), expiresAt: NOON + DAY },
    invitation: {
      template: 'invitation',
      ...someone(),
      data: { link: LINK, role: 'merchant', validDays: 7 },
      expiresAt: NOON + 7 * DAY,
    },
    news: {
      template: 'authenticator_added',
      ...someone(),
      data: { link: LINK, name: 'Phone', ...where },
      expiresAt: NOON + 30 * HOUR,
    },
    notice: { template: 'new_device', ...someone(), data: where },
  } satisfies Record<string, MailRequest>
  return kinds
}

test('a fault of our account that lasts 36 hours loses no mail but those that have expired', async ({
  expect,
}) => {
  const { clock, mail, queue } = startService('badAuth')
  const kinds = mailsOfEachKind()
  queue.add(...(await mail.queued(...Object.values(kinds))))
  await queue.runUntil(NOON + 36 * HOUR)
  clock.port = 'starttls'
  await queue.runUntil(NOON + 38 * HOUR)
  expect(queue.size()).toBe(0)

  const fates = await Promise.all(
    Object.entries(kinds).map(async ([name, { to, userId }]) => {
      const events = await mailEventsOf(userId)
      return [name, (await mailsTo(to ?? '')).length, ...events.map(({ event }) => event)]
    }),
  )
  expect(fates).toEqual([
    ['code', 0, 'mail_expired'],
    ['reset', 0, 'mail_expired'],
    ['verify', 0, 'mail_expired'],
    ['invitation', 1],
    ['news', 1],
    ['notice', 1],
  ])
  const [late] = await mailsTo(kinds.news.to)
  expect(late?.text).toContain('An authenticator app was added')
  expect(late?.text).toContain('its link, with which you could have undone this, has ended')
  expect(late?.text + String(late?.html)).not.toContain('token=')
})

describe('the age of a mail', () => {
  test.for([
    [-1, 'put off'],
    [0, 'given up'],
  ] as const)('decides at thirteen days and %i ms: %s', async ([ms, fate], { expect }) => {
    const { clock, mail } = startService('plain')
    const person = someone()
    const [message] = await mail.queued({ template: 'account_erased', ...person, data: {} })
    if (!message) throw new Error('nothing queued')
    // The longest delay of a first try is ten seconds, the shortest five.
    clock.now = NOON + LIFE_MS - (ms < 0 ? 10_001 : 5000)
    const { acked } = await mail.deliver([message])
    expect(acked).toEqual([fate === 'given up'])
    const events = await mailEventsOf(person.userId)
    expect(events.map(({ event }) => event)).toEqual(fate === 'given up' ? ['mail_failed'] : [])
  })

  test('is that of the mail, however young its message is', async ({ expect }) => {
    const { clock, mail } = startService('plain')
    const person = someone()
    const [old] = await mail.queued({ template: 'account_erased', ...person, data: {} })
    if (!old) throw new Error('nothing queued')
    clock.now = NOON + LIFE_MS
    expect((await mail.deliver([mail.message(old.body)])).acked).toEqual([true])
    expect(await mailEventsOf(person.userId)).toMatchObject([
      { event: 'mail_failed', data: { reason: 'no TLS' } },
    ])
  })
})

describe('a mail that was tried ninety times', () => {
  test('goes on as a new message, by way of the database', async ({ expect }) => {
    const { mail } = startService('plain')
    const [message] = await mail.queued(verifyMail(someone()))
    if (!message) throw new Error('nothing queued')
    expect((await mail.deliver([{ ...message, attempts: 89 }])).acked).toEqual([false])
    expect((await mail.deliver([{ ...message, attempts: 90 }])).acked).toEqual([true])
    const { results } = await env.DB.prepare('DELETE FROM waiting_mails RETURNING body').run()
    expect(results).toEqual([{ body: message.body }])
  })

  test('is the same mail still: it carries its digest, and is not charged again', async ({
    expect,
  }) => {
    const { mail, clock } = startService()
    const person = someone()
    const lock = {
      template: 'account_locked',
      ...person,
      data: { minutes: 30, ip: '203.0.113.7', country: null, time: new Date(NOON) },
    } as const
    const [first, carrier, link] = await mail.queued(lock, lock, verifyMail(someone()))
    if (!first || !carrier || !link) throw new Error('nothing queued')
    expect((await mail.deliver([first, carrier, link])).acked).toEqual([true, false, true])
    const renewed = mail.message(carrier.body)
    expect((await mail.deliver([renewed, mail.message(link.body)])).acked).toEqual([false, true])
    clock.now += DAY
    expect((await mail.deliver([renewed])).acked).toEqual([true])
    expect((await mailsTo(person.to)).map(({ subject }) => subject)).toEqual([
      'Sign-in is locked for 30 minutes',
      'Sign-in was locked again',
    ])
  })

  test('stays in the queue while the database does not take it', async ({ expect }) => {
    const { mail } = startService('plain')
    const [message] = await mail.queued(verifyMail(someone()))
    if (!message) throw new Error('nothing queued')
    const insert = () => ({ values: () => Promise.reject(new Error('D1_ERROR: down')) })
    Object.assign(mail.deps, { db: Object.assign(brokenDb(), { insert }) })
    expect((await mail.deliver([{ ...message, attempts: 90 }])).acked).toEqual([false])
  })
})

test('a dead letter stays until the database is back, and its last trace is the log', async ({
  expect,
}) => {
  const { clock, mail } = startService()
  Object.assign(mail.deps, { db: brokenDb() })
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
  const [message] = await mail.queued(codeMail(someone()))
  let tries = 0
  let isKept = message !== undefined
  for (; message && isKept; tries += 1) {
    const { acked, delays } = await mail.bury([{ ...message, attempts: tries + 1 }])
    isKept = acked[0] === false
    clock.now += (delays[0] ?? 0) * 1000
  }
  vi.restoreAllMocks()
  expect(clock.now - NOON).toBeGreaterThan(12 * DAY)
  expect(tries).toBeLessThan(100)
  expect(lines.at(-1)).toMatch(/"event":"mail_lost".*"template":"login_code"/)
})

test('nothing is put off past the retention of its queue, and for no more than a day', ({
  expect,
}) => {
  const delays: number[] = []
  const timestamp = new Date(NOON)
  const retry = ({ delaySeconds = 0 } = {}) => void delays.push(delaySeconds)
  const at = (age: number, seconds: number) =>
    retryLater({ timestamp, retry }, seconds, new Date(NOON + age))
  expect(at(0, 100_000)).toBe(true)
  expect(at(LIFE_MS - 10_001, 10)).toBe(true)
  expect(at(LIFE_MS - 10_000, 10)).toBe(false)
  expect(delays).toEqual([86_400, 10])
  expect(LIFE_MS).toBe(13 * DAY)
})
