import { describe, test } from 'vitest'
import {
  bucketOf,
  challengeOf,
  codeWaitSeconds,
  EMPTY_GUARD,
  failuresAt,
  type GuardState,
  pruned,
  withCodeFailure,
  withDevice,
  withFailure,
  withChallenge,
  withResend,
  withSuccess,
} from '../../../src/durable/attempts'

const RULE = { maxFailures: 5, lockSeconds: 1800 }
const NOW = 1_800_000_000_000
const KNOWN: GuardState = { ...EMPTY_GUARD, isKnown: true }

const failed = (state: GuardState, times: number, device: string | null = null, now = NOW) => {
  let result = { state, lockedUntil: 0 }
  for (let count = 0; count < times; count++) result = withFailure(result.state, device, RULE, now)
  return result
}

describe('failed passwords', () => {
  test('lock at the fifth for half an hour, not at the fourth', ({ expect }) => {
    expect(failed(KNOWN, 4).lockedUntil).toBe(0)
    expect(failed(KNOWN, 5).lockedUntil).toBe(NOW + 1_800_000)
  })

  test('are forgotten once their lock period has passed, not a millisecond sooner', ({
    expect,
  }) => {
    const { state } = failed(KNOWN, 4)
    expect(failuresAt(state.strangers, RULE, NOW + 1_799_999)).toBe(4)
    expect(failuresAt(state.strangers, RULE, NOW + 1_800_000)).toBe(0)
  })

  test('in a row are counted over locks and pauses, and only a right password ends the row', ({
    expect,
  }) => {
    const once = failed(KNOWN, 5).state
    const again = failed(once, 5, null, NOW + 3_600_000).state
    expect(again.consecutiveFailures).toBe(10)
    expect(withSuccess(again, null).consecutiveFailures).toBe(0)
  })

  test('of strangers leave a known browser alone, and the reverse', ({ expect }) => {
    const withBrowser = withDevice(KNOWN, 'browser', NOW)
    const strangersLocked = failed(withBrowser, 5).state
    expect(bucketOf(strangersLocked, 'browser')).toMatchObject({ failures: 0, lockedUntil: 0 })
    const browserLocked = failed(withBrowser, 5, 'browser').state
    expect(browserLocked.strangers.lockedUntil).toBe(0)
    expect(bucketOf(browserLocked, 'browser').lockedUntil).toBe(NOW + 1_800_000)
  })

  test('from a device that the guard does not know count as a stranger', ({ expect }) => {
    const { state } = failed(KNOWN, 5, 'forged')
    expect(state.strangers.lockedUntil).toBe(NOW + 1_800_000)
  })

  test('of one side are not cleared by the success of another', ({ expect }) => {
    const state = failed(withDevice(KNOWN, 'browser', NOW), 4).state
    expect(withSuccess(state, 'browser').strangers.failures).toBe(4)
  })

  test('cost nothing to clear when there were none', ({ expect }) => {
    expect(withSuccess(KNOWN, null)).toBe(KNOWN)
  })
})

describe('codes', () => {
  test('stop after ten failures an hour over all challenges', ({ expect }) => {
    let state = KNOWN
    for (let count = 0; count < 9; count++) state = withCodeFailure(state, NOW)
    expect(codeWaitSeconds(state, 0, NOW)).toBe(0)
    expect(codeWaitSeconds(state, 1, NOW)).toBe(1)
    state = withCodeFailure(state, NOW)
    expect(codeWaitSeconds(state, 0, NOW + 3_599_999)).toBeCloseTo(0.001)
    expect(codeWaitSeconds(state, 0, NOW + 3_600_000)).toBe(0)
  })

  test('are sent again a minute after the last, and five times an hour', ({ expect }) => {
    const ref = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }
    let state = KNOWN
    const resend = (now: number) => {
      const next = { codeHash: `h${now}`, expiresAt: now + 300_000, now }
      const result = withResend(state, 'c', challengeOf(state, ref), next)
      state = result.state
      return result.retryAfterSeconds
    }
    expect(resend(NOW + 59_999)).toBeCloseTo(0.001)
    for (let count = 1; count <= 5; count++) expect(resend(NOW + count * 60_000)).toBe(0)
    expect(resend(NOW + 360_000)).toBe(3600 - 300)
    expect(state.challenges['c']?.codeHash).toBe(`h${NOW + 300_000}`)
  })
})

describe('what a guard remembers', () => {
  test('is nothing of a name that nobody has, once its windows have passed', ({ expect }) => {
    const { state } = failed(EMPTY_GUARD, 5)
    expect(pruned(state, RULE, NOW + 1_799_999)).toBeDefined()
    expect(pruned(state, RULE, NOW + 1_800_000)).toBeUndefined()
  })

  test('of an account are its failures in a row and its browsers, for good', ({ expect }) => {
    const later = NOW + 365 * 86_400_000
    expect(pruned(failed(KNOWN, 1).state, RULE, later)?.consecutiveFailures).toBe(1)
    expect(pruned(withDevice(KNOWN, 'browser', NOW), RULE, later)?.devices).toHaveProperty(
      'browser',
    )
    expect(pruned(KNOWN, RULE, later)).toBeUndefined()
  })

  test('is no challenge whose time has passed, once the next one comes', ({ expect }) => {
    const challenge = (sentAt: number) => ({
      failures: 0,
      isUsed: true,
      codeHash: null,
      sentAt,
      expiresAt: sentAt + 300_000,
    })
    const first = withChallenge(KNOWN, 'first', challenge(NOW), NOW)
    const second = withChallenge(first, 'second', challenge(NOW + 299_999), NOW + 299_999)
    expect(Object.keys(second.challenges)).toEqual(['first', 'second'])
    const third = withChallenge(second, 'third', challenge(NOW + 300_000), NOW + 300_000)
    expect(Object.keys(third.challenges)).toEqual(['second', 'third'])
  })

  test('holds no more than ten browsers, the longest unseen goes', ({ expect }) => {
    let state = KNOWN
    for (let count = 0; count < 11; count++) state = withDevice(state, `b${count}`, NOW + count)
    expect(Object.keys(state.devices)).toHaveLength(10)
    expect(state.devices).not.toHaveProperty('b0')
  })
})
