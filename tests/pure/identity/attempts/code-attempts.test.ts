import { describe, test } from 'vitest'
import {
  challengeOf,
  codeWaitSeconds,
  isOwnReplay,
  withChallenge,
  withCodeFailure,
  withRightCode,
} from '../../../../src/identity/attempts/limiter/code-attempts'
import { recovered, withDevice } from '../../../../src/identity/attempts/limiter/devices'
import { isStopped } from '../../../../src/identity/attempts/limiter/lockout'
import {
  EMPTY_GUARD,
  type GuardState,
  pruned,
  sideOf,
} from '../../../../src/identity/attempts/limiter/state'

const NOW = 1_800_000_000_000
const KNOWN: GuardState = { ...EMPTY_GUARD, isKnown: true }
const ref = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }
const stranger = { method: 'totp', device: null } as const

const failed = (
  state: GuardState,
  times: number,
  from: { method: 'totp'; device: string | null },
) => {
  let after = state
  for (let count = 0; count < times; count++) {
    after = withCodeFailure(after, { ...ref, id: `c${count}` }, from, NOW).state
  }
  return after
}

describe('wrong codes', () => {
  test('stop a side after ten an hour over all challenges', ({ expect }) => {
    const waits = (state: GuardState, inFlight: number, now: number) =>
      codeWaitSeconds(state.strangers.codeFailures, inFlight, now)
    const nine = failed(KNOWN, 9, stranger)
    expect(waits(nine, 0, NOW)).toBe(0)
    expect(waits(nine, 1, NOW)).toBe(1)
    const ten = failed(KNOWN, 10, stranger)
    expect(waits(ten, 0, NOW + 3_599_999)).toBeCloseTo(0.001)
    expect(waits(ten, 0, NOW + 3_600_000)).toBe(0)
  })

  test('of strangers leave a known browser alone', ({ expect }) => {
    const state = failed(withDevice(KNOWN, 'browser', NOW), 100, stranger)
    const { codeFailures } = sideOf(state, 'browser')
    expect(codeWaitSeconds(codeFailures, 0, NOW)).toBe(0)
    expect(isStopped(sideOf(state, 'browser'), 'totp')).toBe(false)
  })

  test('switch an authenticator off at a hundred in a row, no other one, until recovery', ({
    expect,
  }) => {
    expect(isStopped(failed(KNOWN, 99, stranger).strangers, 'totp')).toBe(false)
    const state = failed(KNOWN, 100, stranger)
    expect(isStopped(state.strangers, 'totp')).toBe(true)
    expect(isStopped(state.strangers, 'backup_code')).toBe(false)
    expect(isStopped(recovered(state).strangers, 'totp')).toBe(false)
  })

  test('in a row are ended by a right one of the same kind alone', ({ expect }) => {
    const state = failed(KNOWN, 9, stranger)
    const use = {}
    const other = withRightCode(state, ref, { ...stranger, method: 'backup_code' }, use, NOW)
    expect(other?.strangers.inARow.totp).toBe(9)
    expect(withRightCode(state, ref, stranger, use, NOW)?.strangers.inARow.totp).toBe(0)
  })
})

describe('a right code', () => {
  test('of an app is taken for a later step than the last one only', ({ expect }) => {
    const use = (step: number, id = 'app') => ({ totp: { id, step } })
    const taken = withRightCode(KNOWN, ref, stranger, use(100), NOW)
    expect(taken?.totpSteps).toEqual({ app: 100 })
    for (const step of [99, 100]) {
      expect(withRightCode(taken ?? KNOWN, ref, stranger, use(step), NOW)).toBeUndefined()
    }
    expect(withRightCode(taken ?? KNOWN, ref, stranger, use(101), NOW)).toBeDefined()
    expect(withRightCode(taken ?? KNOWN, ref, stranger, use(100, 'other'), NOW)).toBeDefined()
  })

  test('of an app is known again by the session that has used it, and by no other', ({
    expect,
  }) => {
    const use = { totp: { id: 'app', step: 100 }, sessionId: 'ses_a' }
    const taken = withRightCode(KNOWN, ref, stranger, use, NOW) ?? KNOWN
    expect(isOwnReplay(taken, use)).toBe(true)
    for (const other of [
      { ...use, sessionId: 'ses_b' },
      { totp: use.totp },
      { ...use, totp: { id: 'app', step: 99 } },
      { ...use, totp: { id: 'other', step: 100 } },
      { sessionId: 'ses_a' },
    ]) {
      expect([other, isOwnReplay(taken, other)]).toEqual([other, false])
    }
    const byLink = withRightCode(KNOWN, ref, stranger, { totp: use.totp }, NOW) ?? KNOWN
    expect(isOwnReplay(byLink, { totp: use.totp })).toBe(false)
    const later = 100 * 30_000 + 600_000
    const kept = { ...taken, devices: { d: { ...taken.strangers, seenAt: 0 } } }
    expect(pruned(kept, { lockSeconds: 1800 }, later - 1)?.totpSessions).toEqual({ app: 'ses_a' })
    expect(pruned(kept, { lockSeconds: 1800 }, later)?.totpSessions).toEqual({})
  })

  test('uses its challenge up, unless another store decides', ({ expect }) => {
    const used = withRightCode(KNOWN, ref, stranger, {}, NOW)
    expect(used?.challenges['c']?.isUsed).toBe(true)
    const kept = withRightCode(KNOWN, ref, stranger, { keepsChallenge: true }, NOW)
    expect(kept?.challenges).toEqual({})
  })
})

test('a challenge is forgotten a minute after its time, once the next one comes', ({ expect }) => {
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
  // An edge whose clock is behind may ask for it again.
  const last = withChallenge(second, 'last', challenge(NOW + 359_999), NOW + 359_999)
  expect(challengeOf(last, { ...ref, id: 'first' }).isUsed).toBe(true)
  const third = withChallenge(last, 'third', challenge(NOW + 360_000), NOW + 360_000)
  expect(Object.keys(third.challenges)).toEqual(['second', 'last', 'third'])
})
