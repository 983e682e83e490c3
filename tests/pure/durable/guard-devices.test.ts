import { describe, test } from 'vitest'
import { withRightCode } from '../../../src/durable/code-attempts'
import { withDevice, withLogin, withoutDevice } from '../../../src/durable/guard-devices'
import { EMPTY_GUARD, type GuardState } from '../../../src/durable/guard-state'

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

  test('are made by a login that began after the last recovery, whichever clock is behind', ({
    expect,
  }) => {
    const state = { ...withDevice(KNOWN, 'own', NOW), recoveredAt: NOW }
    const after = (device: string, beganAt: number) =>
      Object.keys(withLogin(state, { device, beganAt }, NOW + 90_000).devices)
    expect(after('other', NOW - 1)).toEqual(['own'])
    expect(after('other', NOW + 59_999)).toEqual(['own'])
    expect(after('other', NOW + 60_000).toSorted()).toEqual(['other', 'own'])
    expect(after('own', NOW - 1)).toEqual(['own'])
  })
})
