import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { BudgetRequest } from '../../../src/platform/email/budget/budget'
import type { BudgetAnswer, MailBudget } from '../../../src/platform/email/budget/mail-budget'
import { DAY_MS, NOON, reader, request } from '../../pure/platform/email/budget-request'
import { attack, honestDay, ledger, runDay } from '../../pure/platform/email/simulated-day'
import { many } from '../../support/many'

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

  test('asks for its level to be told until it was, and for no lower one after it', async ({
    expect,
  }) => {
    const budget = newBudget()
    const isUntold = async () => (await budget.take([], NOON, 1)).isUntold
    expect(await isUntold()).toBe(false)
    await budget.take([request()], NOON, 1)
    expect(await isUntold()).toBe(true)
    await budget.noteTold('low', NOON)
    expect(await isUntold()).toBe(true)
    await budget.noteTold('out', NOON)
    await budget.noteTold('low', NOON)
    expect(await isUntold()).toBe(false)
    expect((await budget.take([request()], NOON + DAY_MS, 1)).isUntold).toBe(true)
  })

  test('tells how many mails the day has held back, without those of a full minute', async ({
    expect,
  }) => {
    const budget = newBudget()
    const twice = [request({ recipient: reader('hash') }), request({ recipient: reader('hash') })]
    const { today } = await budget.take(twice, NOON, 9)
    expect(Object.keys(today.counts).filter((name) => name.startsWith('held'))).toEqual([])
    await budget.take([request(), request({ standing: 'stranger' })], NOON, 1)
    const { counts } = await budget.figures(NOON, 1)
    expect(counts).toMatchObject({ 'held:known': 1, 'held:stranger': 1 })
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
    expect(await written(Array.from({ length: 3 }, () => request({ network: null })))).toBe(4)
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

  test('forgets by alarm what has passed, and keeps what has not', async ({ expect }) => {
    const budget = newBudget()
    const now = Date.now()
    const old = now - 15 * DAY_MS
    const kept = request({ recipient: reader('new'), askedAt: now })
    await budget.take([request({ recipient: reader('old'), askedAt: old })], old, 9)
    await budget.take([request()], now - DAY_MS, 9)
    await budget.take([kept], now, 9)
    expect(await runDurableObjectAlarm(budget)).toBe(true)
    const rows = await runInDurableObject(budget, (_budget, { storage }) =>
      ['charges', 'recipients', 'today', 'causes'].map(
        (table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length,
      ),
    )
    expect(rows).toEqual([2, 2, 2, 1])
    expect(await budget.take([kept], now, 1)).toMatchObject({ verdicts: [{ verdict: 'send' }] })
  })
})
