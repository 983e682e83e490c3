import { describe, test } from 'vitest'
import { attack, type Event, honestDay, ledger, runDay } from './simulated-day'

const HONEST = ['known', 'new device', 'sign-up'] as const

/**
 * The part of all honest mails that went out at once; a sign-up's first code is a group of its own.
 */
function overall(served: Record<string, number>, events: readonly Event[]): number {
  const honest = events.filter(({ group }) => HONEST.some((name) => name === group))
  const sent = honest.reduce((sum, { group }) => sum + (served[group] ?? 0), 0)
  return sent / honest.length
}

describe.for([500, 5000])('a day of %i mails, three fifths of them asked for honestly', (limit) => {
  test('goes out whole when nobody attacks', ({ expect }) => {
    const served = runDay(ledger(limit), honestDay(limit))
    expect(served).toEqual({ known: 1, 'new device': 1, 'sign-up': 1, 'first code': 1 })
  })

  test.for([
    [1, 'singles'],
    [1, 'repeats'],
    [1, 'sites'],
    [100, 'singles'],
    [100, 'repeats'],
    [100, 'sites'],
  ] as const)(
    'goes out beside an attacker with %i networks (%s)',
    ([networks, order], { expect }) => {
      const events = [...attack(networks, order), ...honestDay(limit)]
      const served = runDay(ledger(limit), events)
      for (const group of HONEST) expect(served[group], group).toBeGreaterThanOrEqual(0.99)
      expect(overall(served, events)).toBeGreaterThanOrEqual(0.99)
      // Of five hundred, no room is left for two mails from each of a hundred networks.
      const isTooSmall = limit === 500 && networks === 100
      expect(served['first code']).toBeGreaterThanOrEqual(isTooSmall ? 0 : 1)
    },
  )

  test('keeps what is known from an attacker with 10,000 networks', ({ expect }) => {
    const served = runDay(ledger(limit), [...attack(10_000, 'singles', 2), ...honestDay(limit)])
    expect(served['known']).toBeGreaterThanOrEqual(0.98)
    expect(served['new device']).toBe(1)
    // Decision 024: whose network nobody knows cannot be told from the attacker's.
    expect(served['sign-up']).toBe(0)
  })
})

test.for([500, 5000])(
  'people who sign in often, and in crowds, are served: %i a day',
  (limit, { expect }) => {
    const day = 86_400_000
    const at = (index: number, of: number) => Math.floor((day * (index + 0.5)) / of)
    const one = { kind: 'other', standing: 'known' } as const
    const merchants = Array.from({ length: limit * 0.4 }, (_, index): Event => {
      const account = `merchant${index % Math.ceil(limit * 0.08)}`
      return { ...one, at: at(index, limit * 0.4), group: 'merchants', account, network: account }
    })
    const office = Array.from({ length: limit * 0.1 }, (_, index): Event => {
      const account = `clerk${index}`
      return { ...one, at: at(index, limit * 0.1), group: 'office', account, network: 'office' }
    })
    const family = Array.from({ length: 6 }, (_, index): Event => {
      const who =
        index % 2 ? { standing: 'young', account: `child${index}` } : { standing: 'stranger' }
      const kind = index % 2 ? 'other' : 'sign_up'
      return {
        kind,
        at: day / 2 + index * 60_000,
        group: 'family',
        network: 'home',
        ...who,
      } as Event
    })
    const served = runDay(ledger(limit), [...merchants, ...office, ...family])
    expect(served).toEqual({ merchants: 1, office: 1, family: 1 })
  },
)

test.for([500, 5000])(
  'a flood of 10,000 networks that was put off at midnight does not take the next day: %i',
  (limit, { expect }) => {
    const kinds = ['sign_up', 'reset', 'lock'] as const
    const flood = kinds.flatMap((kind) =>
      Array.from({ length: 10_000 }, (_, index): Event => {
        const who = { group: 'attack', standing: 'stranger', network: `bad${index}` } as const
        return { ...who, kind, at: index * 180, isLate: true }
      }),
    )
    const served = runDay(ledger(limit), [...flood, ...honestDay(limit)])
    for (const group of [...HONEST, 'first code']) expect(served[group], group).toBe(1)
  },
)

test.for([500, 5000])(
  'what jobs tell the owner of a thousand accounts takes no first mail of others: %i',
  (limit, { expect }) => {
    const told = Array.from({ length: 1000 }, (_, index): Event => {
      const who = { standing: 'account', account: `gone${index}`, network: null } as const
      return { group: 'attack', kind: 'other', at: index, ...who }
    })
    const served = runDay(ledger(limit), [...told, ...honestDay(limit)])
    for (const group of [...HONEST, 'first code']) expect(served[group], group).toBe(1)
  },
)

test('an attacker who owns 22 old accounts in known browsers has a share for each, no more', ({
  expect,
}) => {
  const events = [...attack(1, 'repeats')].filter(({ standing }) => standing === 'known')
  const served = runDay(ledger(500), events)
  // Behind one address: five per cent at once, and the rest of a fifth as the clock goes.
  expect(Math.round((served['attack'] ?? 0) * events.length)).toBe(100)
})
