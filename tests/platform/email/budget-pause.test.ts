import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { BudgetAnswer } from '../../../src/platform/email/budget/mail-budget'
import { NOON, request } from '../../pure/platform/email/budget-request'
import { many } from '../../support/many'

const fault = { id: 'a', recipient: 'b', sender: 'us', replyCode: 535, enhancedCode: null }

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

  test('hands on how mail stands until the newest of it is noted', async ({ expect }) => {
    const budget = newBudget()
    const isTold = async () => (await budget.take([], NOON + 60_000, 9)).breaker.isTold
    expect(await isTold()).toBe(true)
    const open = await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    expect(await isTold()).toBe(false)
    const closed = await budget.report([{ ...fault, outcome: 'accepted' }], NOON + 60_000)
    await budget.noteStatus(open.version)
    expect(await isTold()).toBe(false)
    await budget.noteStatus(closed.version)
    expect(await isTold()).toBe(true)
  })

  test('counts a notice once for a digest, though it waits to find something out', async ({
    expect,
  }) => {
    const budget = newBudget()
    const [first, carrier, third] = [1, 2, 3].map(() => request({ digest: 'lock of ada' }))
    if (!first || !carrier || !third) throw new Error('three')
    await budget.take([first, carrier], NOON, 9)
    await budget.report([{ ...fault, outcome: 'sign_in_refused' }], NOON)
    const later = NOON + 60_000
    const { verdicts } = await budget.take([third, request()], later, 9)
    expect(verdicts).toMatchObject([{ verdict: 'digested' }, { verdict: 'send' }])
    await budget.report([{ ...fault, outcome: 'accepted' }], later)
    expect((await budget.take([carrier], NOON + 86_400_000, 9)).verdicts).toMatchObject([
      { verdict: 'send', again: { times: 2, since: NOON } },
    ])
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
