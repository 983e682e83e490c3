import { describe, test } from 'vitest'
import {
  type Breaker,
  CLOSED,
  gateOf,
  probesOf,
  type Report,
  withProbe,
  withReports,
} from '../../../../src/platform/email/budget/mail-breaker'

const NOON = Date.UTC(2026, 10, 24, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

let mails = 0
function report(outcome: Report['outcome'], recipient?: string): Report {
  mails += 1
  const about = { id: `m${mails}`, recipient: recipient ?? `r${mails}`, sender: 'us' }
  return { ...about, outcome, replyCode: 550, enhancedCode: null }
}
const refused = (count: number) => Array.from({ length: count }, () => report('mails_refused'))
const lets = (breaker: Breaker, now: number) => gateOf(breaker, now, 'us').lets

describe('a fault that is the account’s alone', () => {
  test('pauses for 1, 5 and 15 minutes and then an hour each time, both sides of each', ({
    expect,
  }) => {
    let breaker = CLOSED
    let now = NOON
    for (const minutes of [1, 5, 15, 60, 60]) {
      breaker = withReports(breaker, [report('sign_in_refused')], now)
      expect(lets(breaker, now + minutes * MINUTE - 1)).toBe('none')
      now += minutes * MINUTE
      expect(lets(breaker, now)).toBe('one')
    }
    expect(breaker).toMatchObject({ isTold: false, failed: [] })
    expect(breaker.pause).toMatchObject({ since: NOON, fault: 'sign_in_refused' })
    const closed = withReports(breaker, [report('accepted')], now)
    expect(lets(closed, now)).toBe('all')
    expect(closed.isTold).toBe(false)
    const again = withReports(closed, [report('sign_in_refused')], now)
    expect(again.pause?.until).toBe(now + MINUTE)
  })

  test('is counted once, however many batches meet it', ({ expect }) => {
    const faults = [report('sign_in_refused'), report('sign_in_refused')]
    const once = withReports(CLOSED, faults, NOON)
    expect(withReports(once, faults, NOON + MINUTE - 1)).toEqual(once)
    expect(once.pause).toMatchObject({ tries: 0, until: NOON + MINUTE })
  })

  test('is found out at once by one that was set anew, once', ({ expect }) => {
    const open = withReports(CLOSED, [report('sign_in_refused')], NOON)
    expect(gateOf(open, NOON, 'anew').lets).toBe('one')
    expect(gateOf(withProbe(open, NOON), NOON, 'anew').lets).toBe('none')
    const anew = (outcome: Report['outcome']) => ({ ...report(outcome), sender: 'anew' })
    expect(withReports(open, [anew('accepted')], NOON).pause).toBeNull()
    for (const outcome of ['sign_in_refused', 'deferred'] as const) {
      const still = withReports(open, [anew(outcome)], NOON)
      expect(still.pause?.senders).toEqual(['us', 'anew'])
      expect([gateOf(still, NOON, 'anew').lets, gateOf(still, NOON, 'us').lets]).toEqual([
        'none',
        'none',
      ])
    }
  })

  test('is not over because a batch of before was accepted', ({ expect }) => {
    const open = withReports(CLOSED, [report('sender_refused')], NOON)
    expect(withReports(open, [report('accepted')], NOON + MINUTE - 1)).toEqual(open)
    expect(withReports(open, [report('accepted')], NOON + MINUTE).pause).toBeNull()
  })
})

describe('a daily limit', () => {
  const midnight = Date.UTC(2026, 10, 25)

  test('costs a minute, at the second mail the day, and then an hour each time', ({ expect }) => {
    const one = report('daily_limit')
    const first = withReports(CLOSED, [one], NOON)
    const now = NOON + MINUTE
    expect([lets(first, now - 1), lets(first, now)]).toEqual(['none', 'one'])
    const other = report('refused')
    expect(probesOf(first, [one, other], now)).toEqual([other])
    const second = withReports(first, [report('daily_limit')], now)
    expect([lets(second, midnight - 1), lets(second, midnight)]).toEqual(['none', 'one'])
    const third = withReports(second, [report('daily_limit')], midnight)
    expect(third.pause).toMatchObject({ since: NOON, until: midnight + HOUR })
  })

  test('that shows while another fault is mended is as new as the first', ({ expect }) => {
    let breaker = withReports(CLOSED, [report('sign_in_refused')], NOON)
    breaker = withReports(breaker, [report('sign_in_refused')], NOON + MINUTE)
    const now = NOON + 6 * MINUTE
    breaker = withReports(breaker, [report('daily_limit')], now)
    expect(breaker.pause).toMatchObject({ since: NOON, tries: 0, until: now + MINUTE })
    breaker = withReports(breaker, [report('daily_limit')], now + MINUTE)
    expect(breaker.pause).toMatchObject({ since: NOON, until: midnight })
  })
})

describe('refusals that may be about the mail', () => {
  test('pause at the third recipient in a row, not at the second', ({ expect }) => {
    const two = withReports(CLOSED, refused(2), NOON)
    expect(gateOf(two, NOON, 'us')).toMatchObject({ lets: 'all', isWatched: true })
    expect(lets(withReports(two, refused(1), NOON), NOON)).toBe('none')
  })

  test('of one recipient count once', ({ expect }) => {
    const same = Array.from({ length: 9 }, () => report('mails_refused', 'one'))
    expect(lets(withReports(CLOSED, same, NOON), NOON)).toBe('all')
  })

  test('are forgotten with the first mail that is accepted, not with one that is refused for itself', ({
    expect,
  }) => {
    const doubted = withReports(CLOSED, [...refused(2), report('accepted')], NOON)
    expect(doubted).toEqual(CLOSED)
    const still = withReports(CLOSED, [...refused(2), report('refused')], NOON)
    expect(lets(withReports(still, refused(1), NOON), NOON)).toBe('none')
  })

  test('are remembered mail by mail until one is accepted, also during a pause', ({ expect }) => {
    const [one, two] = [report('mails_refused'), report('mails_refused')]
    const twice = withReports(withReports(CLOSED, [one], NOON), [one, two], NOON)
    expect(twice.failed).toEqual([one.id, two.id])
    const late = report('mails_refused')
    const open = withReports(twice, [...refused(1), late], NOON)
    expect([open.suspects, open.failed.at(-1)]).toEqual([[], late.id])
    expect(withReports(twice, [report('accepted')], NOON)).toEqual(CLOSED)
  })

  test('say nothing of the account where a later mail of their batch is accepted', ({ expect }) => {
    const accepted = withReports(CLOSED, [...refused(5), report('accepted')], NOON)
    expect(accepted).toEqual(CLOSED)
    const after = withReports(CLOSED, [...refused(5), report('accepted'), ...refused(2)], NOON)
    expect(lets(after, NOON)).toBe('all')
  })

  test('lengthen a pause by three as well, and those refused come last to find out', ({
    expect,
  }) => {
    const poisoned = refused(3)
    const open = withReports(CLOSED, poisoned, NOON)
    const now = NOON + MINUTE
    const queue = [...poisoned, report('refused')]
    expect(probesOf(open, queue, now)).toEqual([queue[3]])
    expect(probesOf(open, queue, now + MINUTE - 1)).toEqual([queue[3]])
    expect(probesOf(open, queue, now + MINUTE)).toEqual([queue[3], ...poisoned])
    const two = withReports(open, refused(2), now)
    expect(lets(two, now)).toBe('one')
    expect(withReports(two, refused(1), now).pause?.until).toBe(now + 5 * MINUTE)
  })

  test('keep a bounded number of messages and recipients', ({ expect }) => {
    let breaker = CLOSED
    for (let now = NOON; now < NOON + 100 * HOUR; now += HOUR) {
      breaker = withReports(breaker, refused(3), now)
    }
    expect(JSON.stringify(breaker).length).toBeLessThan(2000)
  })
})

describe('while one mail finds out', () => {
  const open = withReports(CLOSED, [report('sign_in_refused')], NOON)
  const now = NOON + MINUTE
  const probing = withProbe(open, now)

  test('no other does, for ninety seconds or until it is answered', ({ expect }) => {
    expect(gateOf(probing, now, 'us')).toMatchObject({ lets: 'none', retryAfterSeconds: 15 })
    expect(lets(probing, now + 89_999)).toBe('none')
    expect(lets(probing, now + 90_000)).toBe('one')
    expect(lets(withReports(probing, [report('refused')], now), now)).toBe('one')
  })

  test('no answer is worth a minute, tells nobody anything and lengthens nothing', ({ expect }) => {
    const silent = report('deferred')
    const still = withReports(probing, [silent], now)
    expect([lets(still, now + MINUTE - 1), lets(still, now + MINUTE)]).toEqual(['none', 'one'])
    expect(still).toMatchObject({ version: open.version, pause: { tries: 0 }, failed: [silent.id] })
    expect(withReports(CLOSED, [silent], now)).toEqual(CLOSED)
  })
})

test('what operators are told has a number that grows, even from an object without memory', ({
  expect,
}) => {
  const open = withReports(CLOSED, [report('sign_in_refused')], NOON)
  const closed = withReports(open, [report('accepted')], NOON + MINUTE)
  const again = withReports(closed, [report('sign_in_refused')], NOON + MINUTE)
  expect(closed.version).toBeGreaterThan(open.version)
  expect(again.version).toBeGreaterThan(closed.version)
  expect(withReports(CLOSED, [report('sign_in_refused')], NOON + HOUR).version).toBeGreaterThan(
    again.version,
  )
  expect(closed.ended).toEqual(open.pause)
})
