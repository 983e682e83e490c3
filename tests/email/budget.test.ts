import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type BudgetRequest, judge, levelOf, type Standing } from '../../src/durable/budget'
import { attack, honestDay, ledger, runDay } from '../pure/email/simulated-day'
import type { BudgetAnswer, MailBudget } from '../../src/durable/mail-budget'
import type { Recipient, RecipientWindows } from '../../src/durable/recipient-cap'
import { many } from '../support/many'

const NOON = Date.UTC(2026, 10, 24, 12)
const DAY_MS = 86_400_000

const request = (overrides: Partial<BudgetRequest> = {}): BudgetRequest => ({
  id: crypto.randomUUID(),
  sender: 'us',
  isDecoy: false,
  standing: 'known',
  kind: 'other',
  account: null,
  network: null,
  site: null,
  recipient: null,
  digest: null,
  askedAt: NOON,
  ...overrides,
})

const NO_WINDOWS: RecipientWindows = { byAsker: [], byAll: [] }
const NOTHING = { today: {}, causes: {}, windows: NO_WINDOWS }

/** A reader, and who has it mailed. */
const reader = (name: string, asker = 'asker'): Recipient => ({
  byAsker: `${asker}|${name}`,
  byAll: name,
})

describe('the daily budget', () => {
  test.for([
    ['stranger', 140],
    ['young', 160],
    ['account', 265],
    ['known', 500],
    ['service', 75],
  ] as const)('of 500 lets %s mails pass up to %i', ([standing, most], { expect }) => {
    const ask = ledger(500)
    const sent = Array.from({ length: 501 }, () => ask(request({ standing }), NOON))
    expect(sent.filter((verdict) => verdict === 'send')).toHaveLength(most)
    expect(sent.lastIndexOf('send')).toBe(most - 1)
  })

  test.for([
    ['sign_up', 120],
    ['reset', 120],
    ['lock', 40],
  ] as const)(
    'of 500 lets %s mails pass up to %i, and others after them',
    ([kind, most], { expect }) => {
      const ask = ledger(500)
      const flood = Array.from({ length: 150 }, () =>
        ask(request({ standing: 'stranger', kind }), NOON),
      )
      expect(flood.filter((verdict) => verdict === 'send')).toHaveLength(most)
      for (const other of ['sign_up', 'reset', 'lock'] as const) {
        const verdict = ask(request({ standing: 'stranger', kind: other }), NOON)
        expect(verdict).toBe(other === kind ? 'daily_cap' : 'send')
      }
    },
  )

  test('of one mail lets one mail of any standing pass', ({ expect }) => {
    for (const standing of ['known', 'account', 'young', 'stranger', 'service'] as const) {
      const ask = ledger(1)
      expect(ask(request({ standing }), NOON)).toBe('send')
      expect(ask(request({ standing }), NOON)).toBe('daily_cap')
    }
  })

  test('opens again at midnight UTC', ({ expect }) => {
    const spent = { ...NOTHING, today: { total: 100, known: 47, account: 25, stranger: 28 } }
    const wait = (now: number) => judge(request(), spent, 100, now).retryAfterSeconds
    expect(wait(NOON)).toBe(43_200)
    expect(wait(Date.UTC(2026, 10, 25) - 1000)).toBe(1)
    expect(wait(Date.UTC(2026, 10, 25))).toBe(86_400)
  })
})

test('what its causer must not see goes out as a repeat, never before the first mails of others', ({
  expect,
}) => {
  const spent = (stranger: number) => ({ ...NOTHING, today: { total: stranger, stranger } })
  const at = (standing: Standing, stranger: number) =>
    judge(request({ standing, network: null }), spent(stranger), 500, NOON).verdict
  // At noon 42.5 % of the part of strangers: 59.5 of 140.
  expect([at('unseen', 59), at('unseen', 60)]).toEqual(['send', 'daily_cap'])
  expect([at('stranger', 60), at('stranger', 140)]).toEqual(['send', 'daily_cap'])
})

describe('levels', () => {
  test.for([
    [{}, 'ok'],
    [{ total: 79, known: 47, account: 25 }, 'ok'],
    [{ total: 80, known: 46 }, 'low'],
    [{ total: 28, stranger: 28 }, 'low'],
    [{ total: 99 }, 'low'],
    [{ total: 100 }, 'out'],
  ] as const)('%o of 100 is %s', ([today, level], { expect }) => {
    expect(levelOf(today, 100)).toBe(level)
  })
})

describe('one recipient', () => {
  /** One asker asks at these seconds after noon, one after the other. */
  function ask(...seconds: number[]) {
    let windows = NO_WINDOWS
    return seconds.map((second) => {
      const askedAt = NOON + second * 1000
      const asked = request({ recipient: reader('hash'), askedAt })
      const { verdict, ...rest } = judge(asked, { ...NOTHING, windows }, 100, askedAt)
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

  test('gets the first mail of each asker, and thirty a day of all together', ({ expect }) => {
    let byAll: RecipientWindows['byAll'] = []
    const ofAsker = (second: number) => {
      const askedAt = NOON + second * 1000
      const state = { ...NOTHING, windows: { byAsker: [], byAll } }
      const { verdict, windows } = judge(
        request({ recipient: reader('hash'), askedAt }),
        state,
        1000,
        askedAt,
      )
      byAll = windows.byAll
      return verdict
    }
    const verdicts = Array.from({ length: 31 }, (_, second) => ofAsker(second))
    expect(verdicts).toEqual([...Array.from({ length: 30 }, () => 'send'), 'recipient_cap'])
    expect([ofAsker(86_399), ofAsker(86_400)]).toEqual(['recipient_cap', 'send'])
  })

  test('has no part of it used up by a mail that the day refuses', ({ expect }) => {
    const asked = request({ recipient: reader('hash'), standing: 'stranger' })
    const refused = judge(asked, { ...NOTHING, today: { stranger: 28 } }, 100, NOON)
    expect(refused).toMatchObject({ verdict: 'daily_cap', windows: NO_WINDOWS })
  })
})

describe('MailBudget', () => {
  const newBudget = () => env.MAIL_BUDGET.getByName(crypto.randomUUID())
  const count = (answers: BudgetAnswer[], verdict: string) =>
    answers.flatMap(({ verdicts }) => verdicts).filter((entry) => entry.verdict === verdict).length

  test('lets exactly as many of parallel mails pass as the day has left', async ({ expect }) => {
    const budget = newBudget()
    const asked = many(50)
    const left = Math.floor(asked * 0.8)
    const takes = Array.from({ length: asked }, () => budget.take([request()], NOON, left))
    const answers = await Promise.all(takes)
    expect(count(answers, 'send')).toBe(left)
    expect(count(answers, 'daily_cap')).toBe(asked - left)
  })

  test('lets exactly one of parallel mails of each asker to one recipient pass', async ({
    expect,
  }) => {
    const budget = newBudget()
    const takes = ['one', 'other'].flatMap((asker) =>
      Array.from({ length: many(50) }, () =>
        budget.take([request({ recipient: reader('hash', asker) })], NOON, 1000),
      ),
    )
    expect(count(await Promise.all(takes), 'send')).toBe(2)
  })

  test('counts within a batch as between batches', async ({ expect }) => {
    const budget = newBudget()
    const batch = Array.from({ length: 5 }, () => request())
    const { verdicts } = await budget.take(batch, NOON, 3)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'send',
      'send',
      'send',
      'daily_cap',
      'daily_cap',
    ])
  })

  test('charges a mail that is tried again once, and never refuses it', async ({ expect }) => {
    const budget = newBudget()
    const again = request({ recipient: reader('hash') })
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await budget.take([again], NOON, 2)).toMatchObject({ verdicts: [{ verdict: 'send' }] })
    }
    expect(await budget.take([request()], NOON, 2)).toMatchObject({
      verdicts: [{ verdict: 'send' }],
    })
    expect(await budget.take([request()], NOON, 2)).toMatchObject({
      verdicts: [{ verdict: 'daily_cap' }],
    })
    expect(await budget.take([again], NOON + DAY_MS, 2)).toMatchObject({
      verdicts: [{ verdict: 'send' }],
    })
  })

  test('remembers through an eviction, and starts anew the next day', async ({ expect }) => {
    const budget = newBudget()
    await budget.take([request({ recipient: reader('hash') })], NOON, 1)
    await evictDurableObject(budget)
    expect(await budget.take([request()], NOON, 1)).toMatchObject({
      verdicts: [{ verdict: 'daily_cap' }],
    })
    expect(await budget.take([request({ recipient: reader('hash') })], NOON, 9)).toMatchObject({
      verdicts: [{ verdict: 'recipient_cap' }],
    })
    expect(await budget.take([request()], NOON + DAY_MS, 1)).toMatchObject({
      verdicts: [{ verdict: 'send' }],
    })
  })

  test('writes few rows a mail: its charge, its causes and its reader, and one a batch', async ({
    expect,
  }) => {
    const budget = newBudget()
    const causes = { network: 'network', site: 'site' }
    const login = request({ ...causes, account: 'account' })
    const signUp = request({ ...causes, standing: 'stranger', recipient: reader('reader') })
    const written = (requests: BudgetRequest[]) =>
      runInDurableObject(budget, async (object: MailBudget, { storage }) => {
        const exec = storage.sql.exec.bind(storage.sql)
        let rows = 0
        storage.sql.exec = ((...args: Parameters<typeof exec>) => {
          const cursor = exec(...args)
          cursor.toArray()
          rows += cursor.rowsWritten
          return exec('SELECT 1 WHERE 0')
        }) as typeof exec
        await object.take(requests, NOON, 500)
        storage.sql.exec = exec
        return rows
      })
    expect(await written([login])).toBe(5)
    expect(await written([signUp])).toBe(6)
    expect(await written([request(), request(), request()])).toBe(4)
  })

  test('serves an honest day beside an attacker as the judge alone does', async ({ expect }) => {
    const budget = newBudget()
    const events = [...attack(100, 'singles', 1), ...honestDay(500)]
    const served = await runInDurableObject(budget, (object: MailBudget) => {
      const asked: { request: BudgetRequest; now: number }[] = []
      runDay((request, now) => (asked.push({ request, now }), 'send'), events)
      return Promise.all(asked.map(({ request, now }) => object.take([request], now, 500)))
    })
    const verdicts = served.map(({ verdicts: [one] }) => one?.verdict ?? 'daily_cap')
    const again = verdicts[Symbol.iterator]()
    const real = runDay(() => again.next().value ?? 'daily_cap', events)
    expect(real).toEqual(runDay(ledger(500), events))
    expect(real).toMatchObject({ known: 1, 'new device': 1, 'sign-up': 1 })
  })

  test('lets one mail of parallel batches find out whether a pause is over', async ({ expect }) => {
    const budget = newBudget()
    const fault = { id: 'a', recipient: 'b', sender: 'us', replyCode: 535, enhancedCode: null }
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    expect((await budget.take([request()], NOON, 99)).verdicts).toEqual([
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
    expect(await budget.take([request()], NOON + 60_000, 2)).toMatchObject({
      verdicts: [{ verdict: 'send' }],
    })
    // Those that waited were not counted.
    expect(await budget.take([request()], NOON + 60_000, 2)).toMatchObject({
      verdicts: [{ verdict: 'daily_cap' }],
    })
  })

  test('lets a mail find out that the day has room for, and tells the others so', async ({
    expect,
  }) => {
    const budget = newBudget()
    const fault = { id: 'a', recipient: 'b', sender: 'us', replyCode: 535, enhancedCode: null }
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    const later = NOON + 60_000
    const notices = [request(), request()]
    const full = await budget.take(notices, later, 0)
    expect(full.verdicts).toMatchObject([{ verdict: 'daily_cap' }, { verdict: 'daily_cap' }])
    const decoy = request({ isDecoy: true })
    const { verdicts } = await budget.take([decoy, ...notices], later, 9)
    // A mail to nobody would find nothing out.
    expect(verdicts).toMatchObject([
      { verdict: 'paused' },
      { verdict: 'send', isWatched: true },
      { verdict: 'paused' },
    ])
  })

  test('counts a notice once for a digest, though it waits to find something out', async ({
    expect,
  }) => {
    const budget = newBudget()
    const [first, carrier, third] = [1, 2, 3].map(() => request({ digest: 'lock of ada' }))
    if (!first || !carrier || !third) throw new Error('three')
    await budget.take([first, carrier], NOON, 9)
    const fault = { id: 'a', recipient: 'b', sender: 'us', replyCode: 535, enhancedCode: null }
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    const later = NOON + 60_000
    const { verdicts } = await budget.take([third, request()], later, 9)
    expect(verdicts).toMatchObject([{ verdict: 'digested' }, { verdict: 'send' }])
    await budget.report([{ ...fault, outcome: 'accepted' }], later)
    expect((await budget.take([carrier], NOON + DAY_MS, 9)).verdicts).toMatchObject([
      { verdict: 'send', again: { times: 2, since: NOON } },
    ])
  })

  test('hands on how mail stands until the newest of it is noted', async ({ expect }) => {
    const budget = newBudget()
    const report = { id: 'a', recipient: 'b', sender: 'us', replyCode: 535, enhancedCode: null }
    const isTold = async () => (await budget.take([], NOON + 60_000, 9)).breaker.isTold
    expect(await isTold()).toBe(true)
    const open = await budget.report([{ ...report, outcome: 'sign_in_refused' }], NOON)
    expect(await isTold()).toBe(false)
    const closed = await budget.report([{ ...report, outcome: 'accepted' }], NOON + 60_000)
    await budget.noteStatus(open.version)
    expect(await isTold()).toBe(false)
    await budget.noteStatus(closed.version)
    expect(await isTold()).toBe(true)
  })

  test('forgets by alarm what has passed, and keeps what has not', async ({ expect }) => {
    const budget = newBudget()
    const now = Date.now()
    const old = now - 15 * DAY_MS
    const kept = request({ recipient: reader('new'), askedAt: now })
    await budget.take([request({ recipient: reader('old'), askedAt: old })], old, 9)
    await budget.take([kept], now, 9)
    expect(await runDurableObjectAlarm(budget)).toBe(true)
    const rows = await runInDurableObject(budget, (_budget, { storage }) =>
      ['charges', 'recipients', 'today'].map(
        (table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length,
      ),
    )
    expect(rows).toEqual([1, 2, 1])
    expect(await budget.take([kept], now, 1)).toMatchObject({ verdicts: [{ verdict: 'send' }] })
  })
})
