import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type BudgetRequest, judge } from '../../src/durable/budget'
import type { Window } from '../../src/durable/window'
import { many } from '../support/many'

const NOON = Date.UTC(2026, 10, 24, 12)
const DAY_MS = 86_400_000

const request = (overrides: Partial<BudgetRequest> = {}): BudgetRequest => ({
  id: crypto.randomUUID(),
  urgency: 'code',
  recipient: null,
  askedAt: NOON,
  ...overrides,
})

const NOTHING = { sentToday: 0, windows: [] }

describe('the daily budget', () => {
  test.for([
    ['notice', 80],
    ['security', 95],
    ['code', 100],
  ] as const)('lets %s mails pass up to mail %i of 100', ([urgency, share], { expect }) => {
    const at = (sentToday: number) =>
      judge(request({ urgency }), { ...NOTHING, sentToday }, 100, NOON).verdict
    expect(at(share - 1)).toBe('send')
    expect(at(share)).toBe('daily_cap')
  })

  test('of one mail lets one mail of any kind pass', ({ expect }) => {
    for (const urgency of ['notice', 'security', 'code'] as const) {
      expect(judge(request({ urgency }), NOTHING, 1, NOON).verdict).toBe('send')
      const spent = { ...NOTHING, sentToday: 1 }
      expect(judge(request({ urgency }), spent, 1, NOON).verdict).toBe('daily_cap')
    }
  })

  test('opens again at midnight UTC', ({ expect }) => {
    const spent = { ...NOTHING, sentToday: 100 }
    const wait = (now: number) => judge(request(), spent, 100, now).retryAfterSeconds
    expect(wait(NOON)).toBe(43_200)
    expect(wait(Date.UTC(2026, 10, 25) - 1000)).toBe(1)
    expect(wait(Date.UTC(2026, 10, 25))).toBe(86_400)
  })
})

describe('one recipient', () => {
  /** Asks at these seconds after noon, one after the other. */
  function ask(...seconds: number[]) {
    let windows: readonly Window[] = []
    return seconds.map((second) => {
      const askedAt = NOON + second * 1000
      const asked = request({ recipient: 'hash', askedAt })
      const { verdict, ...rest } = judge(asked, { sentToday: 0, windows }, 100, askedAt)
      windows = rest.windows
      return verdict
    })
  }

  test('gets one mail a minute', ({ expect }) => {
    expect(ask(0, 59.999, 60)).toEqual(['send', 'recipient_cap', 'send'])
  })

  test('gets five mails an hour', ({ expect }) => {
    const five = [0, 60, 120, 180, 240]
    expect(ask(...five, 3599, 3600)).toEqual([...five.map(() => 'send'), 'recipient_cap', 'send'])
  })

  test('has no part of it used up by a mail that the day refuses', ({ expect }) => {
    const asked = request({ recipient: 'hash', urgency: 'notice' })
    const refused = judge(asked, { sentToday: 80, windows: [] }, 100, NOON)
    expect(refused).toMatchObject({ verdict: 'daily_cap', windows: [] })
  })
})

describe('MailBudget', () => {
  const newBudget = () => env.MAIL_BUDGET.getByName(crypto.randomUUID())
  const count = (verdicts: { verdict: string }[][], verdict: string) =>
    verdicts.flat().filter((entry) => entry.verdict === verdict).length

  test('lets exactly as many of parallel mails pass as the day has left', async ({ expect }) => {
    const budget = newBudget()
    const asked = many(50)
    const left = Math.floor(asked * 0.8)
    const takes = Array.from({ length: asked }, () => budget.take([request()], NOON, left))
    const verdicts = await Promise.all(takes)
    expect(count(verdicts, 'send')).toBe(left)
    expect(count(verdicts, 'daily_cap')).toBe(asked - left)
  })

  test('lets exactly one of parallel mails to one recipient pass', async ({ expect }) => {
    const budget = newBudget()
    const takes = Array.from({ length: many(50) }, () =>
      budget.take([request({ recipient: 'hash' })], NOON, 1000),
    )
    expect(count(await Promise.all(takes), 'send')).toBe(1)
  })

  test('counts within a batch as between batches', async ({ expect }) => {
    const budget = newBudget()
    const batch = Array.from({ length: 5 }, () => request())
    expect((await budget.take(batch, NOON, 3)).map(({ verdict }) => verdict)).toEqual([
      'send',
      'send',
      'send',
      'daily_cap',
      'daily_cap',
    ])
  })

  test('charges a mail that is tried again once, and never refuses it', async ({ expect }) => {
    const budget = newBudget()
    const again = request({ recipient: 'hash' })
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await budget.take([again], NOON, 2)).toMatchObject([{ verdict: 'send' }])
    }
    expect(await budget.take([request()], NOON, 2)).toMatchObject([{ verdict: 'send' }])
    expect(await budget.take([request()], NOON, 2)).toMatchObject([{ verdict: 'daily_cap' }])
    expect(await budget.take([again], NOON + DAY_MS, 2)).toMatchObject([{ verdict: 'send' }])
  })

  test('remembers through an eviction, and starts anew the next day', async ({ expect }) => {
    const budget = newBudget()
    await budget.take([request({ recipient: 'hash' })], NOON, 1)
    await evictDurableObject(budget)
    expect(await budget.take([request()], NOON, 1)).toMatchObject([{ verdict: 'daily_cap' }])
    expect(await budget.take([request({ recipient: 'hash' })], NOON, 9)).toMatchObject([
      { verdict: 'recipient_cap' },
    ])
    expect(await budget.take([request()], NOON + DAY_MS, 1)).toMatchObject([{ verdict: 'send' }])
  })

  test('lets one mail of parallel batches find out whether a pause is over', async ({ expect }) => {
    const budget = newBudget()
    const fault = { id: 'a', recipient: 'b', replyCode: 535, enhancedCode: null }
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    expect(await budget.take([request()], NOON, 99)).toEqual([
      { verdict: 'paused', retryAfterSeconds: 60 },
    ])
    await evictDurableObject(budget)
    const takes = Array.from({ length: many(50) }, () =>
      budget.take([request(), request()], NOON + 60_000, 1000),
    )
    const verdicts = await Promise.all(takes)
    expect(count(verdicts, 'send')).toBe(1)
    expect(count(verdicts, 'paused')).toBe(2 * many(50) - 1)
    await budget.report([{ ...fault, outcome: 'accepted' }], NOON + 60_000)
    expect(await budget.take([request()], NOON + 60_000, 2)).toMatchObject([{ verdict: 'send' }])
    // Those that waited were not counted.
    expect(await budget.take([request()], NOON + 60_000, 2)).toMatchObject([
      { verdict: 'daily_cap' },
    ])
  })

  test('lets a mail find out that the day has room for, and tells the others so', async ({
    expect,
  }) => {
    const budget = newBudget()
    const fault = { id: 'a', recipient: 'b', replyCode: 535, enhancedCode: null }
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    const later = NOON + 60_000
    const notices = [request({ urgency: 'notice' }), request({ urgency: 'notice' })]
    expect(await budget.take(notices, later, 0)).toMatchObject([
      { verdict: 'daily_cap' },
      { verdict: 'daily_cap' },
    ])
    expect(await budget.take(notices, later, 9)).toMatchObject([
      { verdict: 'send', isWatched: true },
      { verdict: 'paused' },
    ])
  })

  test('forgets by alarm what has passed, and keeps what has not', async ({ expect }) => {
    const budget = newBudget()
    const now = Date.now()
    const old = now - 15 * DAY_MS
    const kept = request({ recipient: 'new', askedAt: now })
    await budget.take([request({ recipient: 'old', askedAt: old })], old, 9)
    await budget.take([kept], now, 9)
    expect(await runDurableObjectAlarm(budget)).toBe(true)
    const rows = await runInDurableObject(budget, (_budget, { storage }) =>
      ['charges', 'recipients', 'days'].map(
        (table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length,
      ),
    )
    expect(rows).toEqual([1, 1, 1])
    expect(await budget.take([kept], now, 1)).toMatchObject([{ verdict: 'send' }])
  })
})
