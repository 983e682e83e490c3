import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test, vi } from 'vitest'
import { Attempt } from '../../../src/identity/attempts/limiter/attempt'

const guardNamed = (name: string) => env.ACCOUNT_GUARD.getByName(name)
const NOW = Date.now()
const stranger = { device: null, isKnown: true, now: NOW }
const code = (challenge: { id: string; sentAt: number; expiresAt: number }, now = NOW) => ({
  challenge,
  method: 'email' as const,
  device: null,
  now,
})
const use = {}
const count = <T>(results: readonly T[], is: (result: T) => boolean) => results.filter(is).length

// All of a thousand in `npm test` too: on the object itself they take less than a second.
describe('AccountGuard', () => {
  test('gives five places to a thousand parallel password checks', async ({ expect }) => {
    const guard = guardNamed('thousand')
    const reservations = await Promise.all(
      Array.from({ length: 1000 }, () => guard.reservePassword(stranger)),
    )
    expect(count(reservations, ({ attempt }) => attempt !== null)).toBe(5)
    for (const { attempt } of reservations) await attempt?.fail()
    const after = await guard.reservePassword(stranger)
    expect(after).toMatchObject({ attempt: null, retryAfterSeconds: 1800 })
  })

  test('gives a place back after a success', async ({ expect }) => {
    const guard = guardNamed('success')
    for (let round = 0; round < 20; round++) {
      using reservation = await guard.reservePassword(stranger)
      expect(reservation.attempt).not.toBeNull()
      await reservation.attempt?.succeed(false)
    }
  })

  test('counts a check that its caller dropped as a failure, and the log shows it', async ({
    expect,
  }) => {
    const guard = guardNamed('dropped')
    using warn = vi.spyOn(console, 'warn')
    for (let round = 0; round < 5; round++) {
      using _reservation = await guard.reservePassword(stranger)
    }
    // The object hears of the last one a moment later.
    const lock = async () => (await guard.locks(NOW)).lockedUntil
    await vi.waitUntil(async () => (await lock()) === NOW + 1_800_000)
    const after = await guard.reservePassword(stranger)
    expect(after.retryAfterSeconds).toBe(1800)
    expect(warn.mock.calls.flat().join('\n')).toContain('attempt_dropped')
  })

  test('settles a check once', ({ expect }) => {
    const settled: string[] = []
    const note = (what: string) => () => void settled.push(what)
    const attempt = new Attempt(note('released'), note('failed'), note('passed'))
    attempt.fail()
    expect(() => attempt.succeed()).toThrow('settled')
    attempt[Symbol.dispose]()
    expect(settled).toEqual(['released', 'failed'])
  })

  test('remembers failures, locks and used challenges when its memory is lost', async ({
    expect,
  }) => {
    const guard = guardNamed('evicted')
    const challenge = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }
    for (let round = 0; round < 4; round++) {
      using reservation = await guard.reservePassword(stranger)
      await reservation.attempt?.fail()
    }
    {
      using reservation = await guard.reserveCode(code(challenge))
      expect(await reservation.attempt?.succeed(use)).toEqual({ verdict: 'passed', failed: null })
    }
    await guard.remember({ device: 'browser', epoch: 0 }, NOW)
    await evictDurableObject(guard)
    {
      using reservation = await guard.reservePassword(stranger)
      expect((await reservation.attempt?.fail())?.lockedUntil).toBe(NOW + 1_800_000)
    }
    expect(await guard.reserveCode(code(challenge))).toMatchObject({
      attempt: null,
      retryAfterSeconds: null,
    })
    expect((await guard.reservePassword({ ...stranger, device: 'browser' })).isKnownDevice).toBe(
      true,
    )
  })

  test('lets fifty parallel right codes use a challenge up once', async ({ expect }) => {
    const guard = guardNamed('once')
    const challenge = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }
    const results = await Promise.all(
      Array.from({ length: 50 }, async () => {
        using reservation = await guard.reserveCode(code(challenge))
        return reservation.attempt?.succeed(use)
      }),
    )
    expect(count(results, (result) => result?.verdict === 'passed')).toBe(1)
  })

  test('keeps the failures of a challenge when another code is sent', async ({ expect }) => {
    const guard = guardNamed('resend')
    const challenge = { id: 'c', sentAt: NOW, expiresAt: NOW + 300_000 }
    for (let round = 0; round < 4; round++) {
      using reservation = await guard.reserveCode(code(challenge))
      await reservation.attempt?.fail()
    }
    const later = NOW + 60_000
    const next = { codeHash: 'second', expiresAt: later + 300_000, isKnown: false, now: later }
    expect(await guard.resend({ challenge, ...next })).toEqual({
      isGranted: true,
      retryAfterSeconds: null,
    })
    using reservation = await guard.reserveCode(code(challenge, later))
    expect(reservation.codeHash).toBe('second')
    expect(await reservation.attempt?.fail()).toMatchObject({ inARow: 5, isEnded: true })
    expect(await guard.reserveCode(code(challenge, later))).toMatchObject({
      attempt: null,
      retryAfterSeconds: null,
    })
  })

  test('keeps the alarm that is set when it starts anew, or it would never come', async ({
    expect,
  }) => {
    const guard = guardNamed('restart')
    const fail = async () => {
      using reservation = await guard.reservePassword(stranger)
      await reservation.attempt?.fail()
    }
    const due = () => runInDurableObject(guard, (_object, { storage }) => storage.getAlarm())
    await fail()
    const first = await due()
    await evictDurableObject(guard)
    await fail()
    expect(first).not.toBeNull()
    expect(await due()).toBe(first)
  })

  test('empties itself for a name that nobody has, and remembers for an account', async ({
    expect,
  }) => {
    for (const isKnown of [true, false]) {
      const guard = guardNamed(`passed ${isKnown}`)
      {
        using reservation = await guard.reservePassword({
          ...stranger,
          isKnown,
          now: NOW - 3_600_000,
        })
        await reservation.attempt?.fail()
      }
      await runDurableObjectAlarm(guard)
      const left = await runInDurableObject(guard, (_object, { storage }) => [...storage.kv.list()])
      expect(left).toHaveLength(isKnown ? 1 : 0)
    }
  })

  test('that holds nothing is unlocked without a write', async ({ expect }) => {
    const guard = guardNamed('unlocked')
    await guard.unlock()
    const left = await runInDurableObject(guard, (_object, { storage }) => [...storage.kv.list()])
    expect(left).toEqual([])
  })
})
