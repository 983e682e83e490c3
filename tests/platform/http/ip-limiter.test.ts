import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { IpLimiter } from '../../../src/platform/http/ip-limiter'

const HOUR_MS = 3_600_000
const quotas = [{ limit: 3, seconds: 60 }]
const SITE = '2001:db8:7'
const request = (network: string, now: number) => ({
  counted: [
    { name: network, times: 1 },
    ...(network.startsWith(SITE) ? [{ name: SITE, times: 4 }] : []),
  ],
  quotas,
  now,
})

const keysOf = (limiter: DurableObjectStub<IpLimiter>) =>
  runInDurableObject(limiter, (_object, { storage }) => [...storage.kv.list()].map(([key]) => key))

// All of a hundred in `npm test` too: on the object itself they take next to no time.
describe('IpLimiter', () => {
  test('gives three places to a hundred parallel requests, and counts on when its memory is lost', async ({
    expect,
  }) => {
    const limiter = env.IP_LIMITER.getByName('parallel')
    const now = Date.now()
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, () => limiter.take(request('10.0.0.1', now))),
    )
    expect(verdicts.filter(({ isAllowed }) => isAllowed)).toHaveLength(3)
    await evictDurableObject(limiter)
    expect((await limiter.take(request('10.0.0.1', now + 59_999))).isAllowed).toBe(false)
    expect((await limiter.take(request('10.0.0.1', now + 60_000))).isAllowed).toBe(true)
  })

  test('gives a /48 four times the places of a /64, and stores nothing of those it refuses', async ({
    expect,
  }) => {
    const limiter = env.IP_LIMITER.getByName('site')
    const now = Date.now()
    const verdicts = []
    for (let index = 0; index < 100; index += 1) {
      verdicts.push(await limiter.take(request(`${SITE}:${index}`, now)))
    }
    expect(verdicts.filter(({ isAllowed }) => isAllowed)).toHaveLength(12)
    expect(await keysOf(limiter)).toHaveLength(12 + 1)
    expect(verdicts.at(-1)).toMatchObject({
      isAllowed: false,
      retryAfterSeconds: 60,
      remaining: [{ left: 0, resetSeconds: 60 }],
      // One count for all, or each of 65,536 networks would be the first that is refused.
      refusedFor: SITE,
      refusals: 88,
    })
    const later = await limiter.take(request(`${SITE}:0`, now + 60_000))
    expect([later.isAllowed, later.remaining]).toEqual([true, [{ left: 2, resetSeconds: 60 }]])
  })

  test('takes nothing of a /48 for a /64 that has used up its own', async ({ expect }) => {
    const limiter = env.IP_LIMITER.getByName('narrow')
    const now = Date.now()
    const ask = (network: string) => limiter.take(request(`${SITE}:${network}`, now))
    for (let count = 0; count < 20; count += 1) await ask('a')
    expect(await ask('a')).toMatchObject({ isAllowed: false, refusedFor: `${SITE}:a` })
    const verdicts = []
    for (const network of ['b', 'c', 'd', 'e']) {
      for (let count = 0; count < 3; count += 1) verdicts.push(await ask(network))
    }
    expect(verdicts.filter(({ isAllowed }) => isAllowed)).toHaveLength(9)
    expect(verdicts.map(({ remaining }) => remaining[0]?.left).slice(6)).toEqual([2, 1, 0, 0, 0, 0])
  })

  test('tells how long strangers are shut out, whoever asks, and not for longer', async ({
    expect,
  }) => {
    const limiter = env.IP_LIMITER.getByName('strangers')
    const now = Date.now()
    const waitAt = async (at: number) =>
      (await limiter.take(request('10.0.0.5', at))).strangersWaitSeconds
    expect(await waitAt(now)).toBe(0)
    await limiter.refuseStrangers({ seconds: 3600, now })
    await evictDurableObject(limiter)
    expect([await waitAt(now), await waitAt(now + HOUR_MS - 1)]).toEqual([3600, 0.001])
    expect(await waitAt(now + HOUR_MS)).toBe(0)
  })

  test('keeps the alarm that is set when it starts anew', async ({ expect }) => {
    const limiter = env.IP_LIMITER.getByName('restart')
    await limiter.take(request('10.0.0.2', Date.now()))
    const due = () => runInDurableObject(limiter, (_object, { storage }) => storage.getAlarm())
    const first = await due()
    await evictDurableObject(limiter)
    await limiter.take(request('10.0.0.2', Date.now()))
    expect(first).not.toBeNull()
    expect(await due()).toBe(first)
  })

  test('forgets a network when its windows are over and keeps its neighbour, then the whole object', async ({
    expect,
  }) => {
    const limiter = env.IP_LIMITER.getByName('cleanup')
    const now = Date.now()
    await limiter.take(request('10.0.0.3', now - 60_000))
    await limiter.take(request('10.0.0.4', now - 59_000 + HOUR_MS))
    await limiter.refuseStrangers({ seconds: 3600, now: now - HOUR_MS })
    await runDurableObjectAlarm(limiter)
    expect(await keysOf(limiter)).toEqual(['10.0.0.4'])
    await runInDurableObject(limiter, (_object, { storage }) =>
      storage.kv.put('10.0.0.4', { windows: [], until: now }),
    )
    await runDurableObjectAlarm(limiter)
    expect(await keysOf(limiter)).toEqual([])
  })

  test('looks after an hour, or when a longer window is over', async ({ expect }) => {
    for (const [seconds, ms] of [
      [60, HOUR_MS],
      [86_400, 24 * HOUR_MS],
    ] as const) {
      const limiter = env.IP_LIMITER.getByName(`window of ${seconds}`)
      const before = Date.now()
      await limiter.take({ ...request('10.0.0.6', before), quotas: [{ limit: 3, seconds }] })
      const due = await runInDurableObject(limiter, (_object, { storage }) => storage.getAlarm())
      expect(due).toBeGreaterThanOrEqual(before + ms)
      expect(due).toBeLessThanOrEqual(Date.now() + ms)
    }
  })
})
