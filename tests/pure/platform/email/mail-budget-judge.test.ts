import { describe, test } from 'vitest'
import { mails } from '../../../../src/mails'
import { judge } from '../../../../src/platform/email/budget/budget'
import { type Standing } from '../../../../src/platform/email/budget/budget-caps'
import { levelOf } from '../../../../src/platform/email/budget/budget-levels'
import type { RecipientWindows } from '../../../../src/platform/email/budget/recipient-cap'
import { NOON, reader, request } from './budget-request'
import { ledger } from './simulated-day'

const NO_WINDOWS: RecipientWindows = { byAsker: [], byAll: [] }
const NOTHING = { today: {}, causes: {}, windows: NO_WINDOWS }

describe('the daily budget', () => {
  test.for([
    ['stranger', 140],
    ['young', 160],
    ['account', 265],
    ['known', 500],
    ['service', 50],
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

test.for([
  // At noon 42.5 % of the part of strangers, 32.5 % of that of old accounts, 52.5 % of the known.
  ['stranger', { stranger: 59 }, { stranger: 60 }],
  ['young', { stranger: 59 }, { stranger: 60 }],
  ['account', { stranger: 59, account: 41 }, { stranger: 60, account: 41 }],
  ['known', { known: 123, account: 41, stranger: 60 }, { known: 124, account: 41, stranger: 60 }],
] as const)(
  'what counts for no network (%s) goes out as a repeat, never before the first mails of others',
  ([standing, room, none], { expect }) => {
    const at = (today: object, network: string | null) =>
      judge(request({ standing, network }), { ...NOTHING, today: { ...today } }, 500, NOON).verdict
    expect([at(room, null), at(none, null), at(none, 'network')]).toEqual([
      'send',
      'daily_cap',
      'send',
    ])
  },
)

test.for(['sign_up', 'reset', 'lock'] as const)(
  'what strangers have had of %s takes none from owners in known browsers and admins',
  (kind, { expect }) => {
    const ask = ledger(500)
    const asked = (standing: Standing) => ask(request({ standing, kind }), NOON)
    while (asked('stranger') === 'send');
    expect((['known', 'account', 'service'] as const).map(asked)).toEqual(['send', 'send', 'send'])
    expect(asked('young')).toBe('daily_cap')
  },
)

test('each mail of the service that names a last day is such a warning', ({ expect }) => {
  const dated = Object.values(mails).filter(({ data, causedBy }) => {
    const hasDay = 'dueAt' in data.shape || 'approveBefore' in data.shape
    return causedBy === 'service' && hasDay
  })
  expect(dated.map(({ name }) => name)).toContain('admin_removal_scheduled')
  for (const { name, kind } of dated as { name: string; kind?: string }[]) {
    expect([name, kind]).toEqual([name, 'warning'])
  }
})

test.for([
  ['other', 'reset'],
  ['reset', 'other'],
] as const)(
  'what admins mail to those they act on (%s, %s) leaves room for what must be stopped in time',
  ([first, second], { expect }) => {
    const ask = ledger(500)
    const sent = (kind: 'other' | 'reset' | 'warning') => {
      let count = 0
      while (ask(request({ standing: 'service', network: null, kind }), NOON) === 'send') count += 1
      return count
    }
    expect([sent(first), sent(second), sent('warning'), sent(first)]).toEqual([50, 50, 25, 0])
    expect(ask(request(), NOON)).toBe('send')
  },
)

test.for(['sign_up', 'reset', 'lock', 'other'] as const)(
  'what days before have left behind (%s) leaves half of a part to its day',
  (kind, { expect }) => {
    const ask = ledger(500)
    const asked = (isLate: boolean) => ask(request({ standing: 'stranger', kind, isLate }), NOON)
    const sent = (isLate: boolean) => {
      let count = 0
      while (asked(isLate) === 'send') count += 1
      return count
    }
    const most = { sign_up: 120, reset: 120, lock: 40, other: 140 }[kind]
    expect([sent(true), sent(false)]).toEqual([
      Math.min(70, most / 2),
      most - Math.min(70, most / 2),
    ])
  },
)

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
