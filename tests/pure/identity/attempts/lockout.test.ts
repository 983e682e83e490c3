import { describe, test } from 'vitest'
import {
  recovered,
  withDevice,
  withoutDevice,
  withRecovery,
} from '../../../../src/identity/attempts/limiter/devices'
import {
  failuresAt,
  isStopped,
  withPasswordFailure,
  withPasswordSuccess,
} from '../../../../src/identity/attempts/limiter/lockout'
import {
  EMPTY_GUARD,
  type GuardState,
  loadedGuard,
  pruned,
  sideOf,
} from '../../../../src/identity/attempts/limiter/state'

const RULE = { maxFailures: 5, lockSeconds: 1800 }
const NOW = 1_800_000_000_000
const KNOWN: GuardState = { ...EMPTY_GUARD, isKnown: true }

const failed = (state: GuardState, times: number, device: string | null = null, now = NOW) => {
  let result = { state, lockedUntil: 0, inARow: 0 }
  for (let count = 0; count < times; count++) {
    result = withPasswordFailure(result.state, device, RULE, now)
  }
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
    const again = failed(once, 5, null, NOW + 3_600_000)
    expect(again.inARow).toBe(10)
    expect(withPasswordSuccess(again.state, null).strangers.inARow.password).toBe(0)
  })

  test('switch the password off at a hundred in a row, not at ninety-nine', ({ expect }) => {
    expect(isStopped(failed(KNOWN, 99).state.strangers, 'password')).toBe(false)
    const { state } = failed(KNOWN, 100)
    expect(isStopped(state.strangers, 'password')).toBe(true)
    expect(isStopped(state.strangers, 'email')).toBe(false)
    expect(isStopped(recovered(state).strangers, 'password')).toBe(false)
  })

  test('of strangers leave a known browser alone, and the reverse', ({ expect }) => {
    const withBrowser = withDevice(KNOWN, 'browser', NOW)
    const strangersLocked = failed(withBrowser, 100).state
    expect(sideOf(strangersLocked, 'browser')).toMatchObject({ failures: 0, lockedUntil: 0 })
    expect(isStopped(sideOf(strangersLocked, 'browser'), 'password')).toBe(false)
    const browserLocked = failed(withBrowser, 5, 'browser').state
    expect(browserLocked.strangers.lockedUntil).toBe(0)
    expect(sideOf(browserLocked, 'browser').lockedUntil).toBe(NOW + 1_800_000)
  })

  test('make a stranger of a known browser at ten times the limit, not before', ({ expect }) => {
    const withBrowser = withDevice(KNOWN, 'browser', NOW)
    expect(failed(withBrowser, 49, 'browser').state.devices).toHaveProperty('browser')
    expect(failed(withBrowser, 50, 'browser').state.devices).not.toHaveProperty('browser')
  })

  test('from a device that the guard does not know count as a stranger', ({ expect }) => {
    const { state } = failed(KNOWN, 5, 'forged')
    expect(state.strangers.lockedUntil).toBe(NOW + 1_800_000)
  })

  test('of one side are not cleared by the success of another', ({ expect }) => {
    const state = failed(withDevice(KNOWN, 'browser', NOW), 4).state
    expect(withPasswordSuccess(state, 'browser').strangers).toMatchObject({
      failures: 4,
      inARow: { password: 4 },
    })
  })

  test('cost nothing to clear when there were none', ({ expect }) => {
    expect(withPasswordSuccess(KNOWN, null)).toBe(KNOWN)
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
    expect(pruned(failed(KNOWN, 1).state, RULE, later)?.strangers.inARow.password).toBe(1)
    expect(pruned(withDevice(KNOWN, 'browser', NOW), RULE, later)?.devices).toHaveProperty(
      'browser',
    )
    expect(pruned(KNOWN, RULE, later)).toBeUndefined()
  })

  test('is the last recovery, or a browser that was forgotten since would be known by it again', ({
    expect,
  }) => {
    const recovery = { device: 'lost', epoch: 3 }
    const forgotten = withoutDevice(withRecovery(KNOWN, recovery, NOW), 'lost')
    const kept = loadedGuard(pruned(forgotten, RULE, NOW + 365 * 86_400_000))
    expect(withRecovery(kept, recovery, NOW).devices).toEqual({})
  })

  test('is the last step of an app, for longer than a code of it can be good', ({ expect }) => {
    const step = Math.floor(NOW / 30_000)
    const state = { ...KNOWN, totpSteps: { app: step } }
    expect(pruned(state, RULE, NOW + 120_000)?.totpSteps).toEqual({ app: step })
    expect(pruned(state, RULE, NOW + 3_600_000)).toBeUndefined()
  })

  test('of an older version still reads', ({ expect }) => {
    const side = { failures: 2, firstFailureAt: NOW, lockedUntil: 0 }
    const old = { isKnown: true, strangers: side, devices: { browser: { ...side, seenAt: NOW } } }
    const state = loadedGuard(old as unknown as GuardState)
    expect(failuresAt(state.strangers, RULE, NOW)).toBe(2)
    expect(isStopped(sideOf(state, 'browser'), 'password')).toBe(false)
    expect(pruned(state, RULE, NOW)).toMatchObject({ totpSteps: {}, asked: {} })
  })
})
