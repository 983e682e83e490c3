import { describe, test } from 'vitest'
import { type BudgetRequest, causesOf, judge } from '../../../../src/platform/email/budget/budget'
import { request } from './budget-request'

const MIDNIGHT = Date.UTC(2026, 10, 24)
const EVENING = MIDNIGHT + 86_399_999
const windows = { byAsker: [], byAll: [] }

/** Parts that are ahead of the clock at midnight, and not full: only first mails go out. */
const busy = (limit: number) => ({
  known: limit * 0.1,
  account: limit * 0.1,
  stranger: limit * 0.1,
})

/** How many mails of one cause go out, if only its own count. */
function sentOf(
  cause: Partial<BudgetRequest>,
  { limit, now, today }: { limit: number; now: number; today: Record<string, number> },
): number {
  const causes: Record<string, number> = {}
  for (let sent = 0; ; sent += 1) {
    const asked = request({ network: 'n', ...cause })
    if (judge(asked, { today, causes, windows }, limit, now).verdict !== 'send') return sent
    for (const { key } of causesOf(asked)) causes[key] = (causes[key] ?? 0) + 1
  }
}

describe('the share that comes first', () => {
  test.for([
    ['stranger', 499, 1],
    ['stranger', 999, 1],
    ['stranger', 1000, 2],
    ['stranger', 10_000, 20],
    ['stranger', 1_000_000, 20],
    ['account', 500, 10],
    ['known', 500, 25],
  ] as const)('of a network (%s, of %i) is %i mails', ([standing, limit, share], { expect }) => {
    const day = { limit, now: MIDNIGHT, today: busy(limit) }
    expect(sentOf({ standing }, day)).toBe(share)
    // Each mail from another /64.
    const site = { standing, network: 'own', site: 's' }
    let networks = 0
    const spread = {
      ...site,
      get network() {
        networks += 1
        return `n${networks}`
      },
    }
    expect(sentOf(spread, day)).toBe(2 * share)
  })

  test.for([
    ['account', 500, 2],
    ['known', 500, 2],
    ['known', 5000, 20],
  ] as const)('of an account (%s, of %i) is %i mails', ([standing, limit, share], { expect }) => {
    const day = { limit, now: MIDNIGHT, today: busy(limit) }
    expect(sentOf({ standing, account: 'a' }, day)).toBe(share)
  })

  test('of a new account is its first code, after the link, while four per cent last', ({
    expect,
  }) => {
    const code = (today: object, causes: Record<string, number>) =>
      judge(
        request({ standing: 'young', account: 'a', network: 'n' }),
        { today: { ...busy(500), stranger: 140, ...today }, causes, windows },
        500,
        MIDNIGHT,
      )
    expect(code({}, { 'stranger:n': 1 }).charges).toEqual(['total', 'account', 'other', 'young'])
    expect(code({}, { 'stranger:n': 2 }).verdict).toBe('share_used')
    expect(code({}, { 'stranger:n': 1, 'account:a': 1 }).verdict).toBe('share_used')
    expect(code({ young: 19 }, {}).verdict).toBe('send')
    expect(code({ young: 20 }, {}).verdict).toBe('daily_cap')
  })
})

test.for([
  ['stranger', 100, 10],
  ['stranger', 500, 20],
  ['young', 500, 20],
  ['account', 500, 50],
  ['known', 500, 100],
  ['known', 20, 10],
] as const)(
  'no cause (%s) has of %i more than %i in a day',
  ([standing, limit, most], { expect }) => {
    expect(sentOf({ standing }, { limit, now: EVENING, today: {} })).toBe(most)
  },
)

test('a refusal says whether the cause has had its share or the part is used up', ({ expect }) => {
  const verdict = (today: object, causes: Record<string, number>) =>
    judge(
      request({ standing: 'stranger', network: 'n' }),
      { today: { ...today }, causes, windows },
      500,
      MIDNIGHT,
    ).verdict
  expect(verdict(busy(500), { 'stranger:n': 1 })).toBe('share_used')
  expect(verdict({ stranger: 140 }, {})).toBe('daily_cap')
})

test('a repeat of a former day leaves half of its part, too', ({ expect }) => {
  const at = (stranger: number, isLate: boolean) =>
    judge(
      request({ standing: 'stranger', network: null, isLate }),
      { today: { stranger }, causes: {}, windows },
      500,
      EVENING,
    ).verdict
  expect([at(69, true), at(70, true), at(111, false), at(112, false)]).toEqual([
    'send',
    'daily_cap',
    'send',
    'daily_cap',
  ])
})

test('the limit holds for all together', ({ expect }) => {
  const asked = request({ standing: 'stranger', kind: 'sign_up' })
  const at = (total: number) =>
    judge(asked, { today: { total }, causes: {}, windows }, 10, EVENING).verdict
  expect([at(9), at(10)]).toEqual(['send', 'daily_cap'])
})
