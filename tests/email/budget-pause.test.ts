import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { BudgetAnswer } from '../../src/durable/mail-budget'
import { NOON, request } from '../pure/email/budget-request'
import { many } from '../support/many'

const fault = { id: 'a', recipient: 'b', replyCode: 535, enhancedCode: null }

describe('a budget that is paused', () => {
  const newBudget = () => env.MAIL_BUDGET.getByName(crypto.randomUUID())
  const count = (answers: BudgetAnswer[], verdict: string) =>
    answers.flatMap(({ verdicts }) => verdicts).filter((entry) => entry.verdict === verdict).length

  test('lets one mail of parallel batches find out whether a pause is over', async ({ expect }) => {
    const budget = newBudget()
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

  test('is watched until the database knows of the very end of it', async ({ expect }) => {
    const budget = newBudget()
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    const { breaker } = await budget.report([{ ...fault, outcome: 'accepted' }], NOON + 60_000)
    const isWatched = async () => {
      const { verdicts } = await budget.take([request()], NOON + 60_000, 99)
      return verdicts[0]?.isWatched ?? false
    }
    await budget.resumed(breaker.version - 1)
    expect(await isWatched()).toBe(true)
    await budget.resumed(breaker.version)
    expect(await isWatched()).toBe(false)
  })

  test('judges each mail once while it looks for one that finds out', async ({ expect }) => {
    const budget = newBudget()
    const notice = () => request({ digest: 'digest' })
    await budget.take([notice(), notice()], NOON, 99)
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    const later = NOON + 60_000
    const { verdicts } = await budget.take([notice(), notice(), request()], later, 99)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['digested', 'digested', 'send'])
    const { verdicts: none } = await budget.take([request()], later + 100_000, 3)
    expect(none).toMatchObject([{ verdict: 'send' }])
    const { today } = await budget.take([request()], later + 200_000, 3)
    expect(today.counts).toMatchObject({ 'held:known': 1 })
  })
})
