import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'

const DAY_MS = 86_400_000
const quotas = [{ limit: 3, seconds: 60 }]
const alarm = { limit: 30, seconds: 60 }
const request = (network: string, now: number) => ({ network, quotas, alarm, now })

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

  test('forgets a network after a day and keeps its neighbour, then the whole object', async ({
    expect,
  }) => {
    const limiter = env.IP_LIMITER.getByName('cleanup')
    const keys = () =>
      runInDurableObject(limiter, (_object, { storage }) =>
        [...storage.kv.list()].map(([key]) => key),
      )
    await limiter.take(request('10.0.0.3', Date.now() - DAY_MS))
    await limiter.take(request('10.0.0.4', Date.now()))
    await runDurableObjectAlarm(limiter)
    expect(await keys()).toEqual(['10.0.0.4'])
    await runInDurableObject(limiter, (_object, { storage }) =>
      storage.kv.put('10.0.0.4', [{ startedAt: Date.now() - DAY_MS, count: 1 }]),
    )
    await runDurableObjectAlarm(limiter)
    expect(await keys()).toEqual([])
  })
})
