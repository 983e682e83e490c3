import { describe, test } from 'vitest'
import { withRightCode } from '../../../../src/identity/attempts/limiter/code-attempts'
import {
  withDevice,
  withLogin,
  withoutDevice,
  withRecovery,
} from '../../../../src/identity/attempts/limiter/devices'
import {
  EMPTY_GUARD,
  type GuardState,
  NO_FAILURES,
} from '../../../../src/identity/attempts/limiter/state'

const NOW = 1_800_000_000_000
const KNOWN: GuardState = { ...EMPTY_GUARD, isKnown: true }

describe('known browsers', () => {
  test('are no more than twenty, the longest unseen goes', ({ expect }) => {
    let state = KNOWN
    for (let count = 0; count < 20; count++) state = withDevice(state, `b${count}`, NOW + count)
    expect(Object.keys(state.devices)).toHaveLength(20)
    state = withDevice(state, 'b20', NOW + 20)
    expect(Object.keys(state.devices)).toHaveLength(20)
    expect(state.devices).not.toHaveProperty('b0')
  })

  test('can be forgotten one by one, or all', ({ expect }) => {
    const state = withDevice(withDevice(KNOWN, 'one', NOW), 'two', NOW)
    expect(Object.keys(withoutDevice(state, 'one').devices)).toEqual(['two'])
    expect(withoutDevice(state, null).devices).toEqual({})
  })

  test('are seen with every right code; a stranger’s makes none', ({ expect }) => {
    const ref = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }
    const state = withDevice(KNOWN, 'own', NOW)
    const seen = (device: string) =>
      withRightCode(state, ref, { method: 'totp', device }, {}, NOW + 1)?.devices
    expect(seen('own')).toMatchObject({ own: { seenAt: NOW + 1 } })
    expect(seen('other')).toEqual(state.devices)
  })

  test('are made by a login of the epoch that the last recovery began, whatever the clocks say', ({
    expect,
  }) => {
    const state = withRecovery(KNOWN, { device: 'own', epoch: 3 }, NOW)
    const after = (device: string, epoch: number) =>
      Object.keys(withLogin(state, { device, epoch }, NOW - 1).devices)
    expect(after('other', 2)).toEqual(['own'])
    expect(after('other', 3).toSorted()).toEqual(['other', 'own'])
    expect(after('own', 2)).toEqual(['own'])
  })

  test('a recovery clears what kept its owner out, once, and one that comes late changes nothing', ({
    expect,
  }) => {
    const failed = {
      ...NO_FAILURES,
      lockedUntil: NOW + 1,
      codeFailures: { startedAt: NOW, count: 9 },
    }
    const windows = [{ startedAt: NOW, count: 5 }]
    const before: GuardState = {
      ...withDevice(KNOWN, 'intruder', NOW),
      strangers: failed,
      linkHolders: failed,
      asked: {
        code_known: windows,
        code_stranger: windows,
        resend_known: windows,
        resend_stranger: windows,
        reset: windows,
        'reset@10.0.0.1': windows,
      },
    }
    const state = withRecovery(before, { device: 'own', epoch: 3 }, NOW)
    expect(state).toMatchObject({ strangers: NO_FAILURES, linkHolders: NO_FAILURES })
    expect(Object.keys(state.devices)).toEqual(['own'])
    // Links that anyone can ask for stay counted, or a reset would be a way to more of them.
    expect(state.asked).toEqual({ reset: windows, 'reset@10.0.0.1': windows })
    for (const epoch of [2, 3]) {
      expect(withRecovery(state, { device: 'late', epoch }, NOW)).toBe(state)
    }
  })
})
