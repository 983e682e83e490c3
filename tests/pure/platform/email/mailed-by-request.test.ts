import { describe, test } from 'vitest'
import {
  challengeOf,
  withAsked,
  withResend,
} from '../../../../src/identity/attempts/limiter/code-attempts'
import type { QuotaKind } from '../../../../src/identity/attempts/limiter/limits'
import {
  EMPTY_GUARD,
  type GuardState,
  pruned,
} from '../../../../src/identity/attempts/limiter/state'

const NOW = 1_800_000_000_000
const KNOWN: GuardState = { ...EMPTY_GUARD, isKnown: true }
const ref = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }

describe('what goes out by mail', () => {
  test('codes: again a minute after the last, and five times an hour, for each side', ({
    expect,
  }) => {
    let state = KNOWN
    const resend = (now: number, isKnown = false) => {
      const next = { codeHash: `h${now}`, expiresAt: now + 300_000, isKnown, now }
      const result = withResend(state, 'c', challengeOf(state, ref), next)
      state = result.state
      return result.retryAfterSeconds
    }
    expect(resend(NOW + 59_999)).toBeCloseTo(0.001)
    for (let count = 1; count <= 5; count++) expect(resend(NOW + count * 60_000)).toBe(0)
    expect(resend(NOW + 360_000)).toBe(3600 - 300)
    expect(resend(NOW + 360_000, true)).toBe(0)
    expect(state.challenges['c']?.codeHash).toBe(`h${NOW + 360_000}`)
  })

  test('links that anyone can ask for: once a minute, five times an hour, of each kind and network', ({
    expect,
  }) => {
    let state = KNOWN
    const ask = (kind: 'reset' | 'verify', now: number, network = 'a') => {
      const result = withAsked(state, kind, now, network)
      state = result.state
      return result.retryAfterSeconds === 0
    }
    expect(ask('verify', NOW)).toBe(true)
    expect(ask('verify', NOW + 59_999)).toBe(false)
    expect(ask('verify', NOW + 59_999, 'b')).toBe(true)
    expect(ask('reset', NOW + 59_999)).toBe(true)
    // The link of this minute is mailed already, whoever has asked for it.
    expect(ask('reset', NOW + 60_000, 'b')).toBe(false)
    for (let count = 1; count <= 4; count++) expect(ask('verify', NOW + count * 60_000)).toBe(true)
    expect(ask('verify', NOW + 3_599_999)).toBe(false)
    expect(ask('verify', NOW + 3_599_999, 'b')).toBe(true)
    expect(ask('verify', NOW + 3_600_000)).toBe(true)
  })

  test('links of all networks: thirty a day, and no more networks are remembered; who is trusted has others', ({
    expect,
  }) => {
    let state = KNOWN
    const ask = (now: number, network?: string) => {
      const kind = network === undefined ? 'verify_known' : 'verify'
      const result = withAsked(state, kind, now, network)
      state = result.state
      return result.retryAfterSeconds
    }
    for (let count = 0; count < 30; count++) expect(ask(NOW, `n${count}`)).toBe(0)
    expect(ask(NOW, 'late')).toBe(86_400)
    expect(Object.keys(state.asked)).toHaveLength(31)
    expect(ask(NOW)).toBe(0)
    expect(ask(NOW)).toBe(60)
    expect(ask(NOW + 86_399_999, 'late')).toBeGreaterThan(0)
    expect(ask(NOW + 86_400_000, 'late')).toBe(0)
    expect(Object.keys(state.asked).toSorted()).toEqual(['verify', 'verify@late'])
  })

  test('codes after a right password: ten an hour and thirty a day, and remembered so long', ({
    expect,
  }) => {
    let state = KNOWN
    const ask = (now: number, kind: QuotaKind = 'code_stranger') => {
      const result = withAsked(state, kind, now)
      state = result.state
      return result.retryAfterSeconds
    }
    const HOUR = 3_600_000
    for (const start of [NOW, NOW + HOUR]) {
      for (let count = 0; count < 10; count++) expect(ask(start)).toBe(0)
      expect(ask(start + HOUR - 1)).toBeCloseTo(0.001)
    }
    for (let count = 0; count < 10; count++) expect(ask(NOW + 2 * HOUR)).toBe(0)
    expect(ask(NOW + 3 * HOUR)).toBe(21 * 3600)
    expect(ask(NOW + 3 * HOUR, 'code_known')).toBe(0)
    const at = NOW + 24 * HOUR
    const kept = (now: number) => pruned(state, { lockSeconds: 1800 }, now)?.asked
    expect(kept(at - 1)).toHaveProperty('code_stranger')
    expect(kept(at)).not.toHaveProperty('code_stranger')
    expect(ask(at)).toBe(0)
  })
})
