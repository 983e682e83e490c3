import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { sampledEvent } from '../../../src/platform/audit/sampled'
import type { IpLimiter } from '../../../src/platform/http/ip-limiter'
import { jobDeps, sql } from '../../features/audit-log/support'
import { freshAddress, startApp } from '../../support/app'

const login = (app: ReturnType<typeof startApp>, identifier: string, ip: string) =>
  app.post('/api/auth/login/', { identifier, password: `wrong for ${identifier}` }, { ip })

/** The counts of the events of an address: 1 where an event stands for itself. */
const countsOf = async (ip: string, event: string) =>
  (
    await sql<{ data: string }>(
      'SELECT data FROM audit_events WHERE ip = ? AND event = ? ORDER BY id',
      ip,
      event,
    )
  ).map(({ data }) => (JSON.parse(data) as { count?: number }).count ?? 1)

test('a flood of names that nobody has is recorded one by one up to twenty an hour, then counted', async ({
  expect,
}) => {
  const app = startApp()
  const ip = freshAddress()
  const flood = async (from: number, to: number) => {
    for (let at = from; at < to; at += 1) await login(app, `nobody${app.id}${at}@example.com`, ip)
  }
  await flood(0, 20)
  const burst = Array<number>(20).fill(1)
  expect(await countsOf(ip, 'authn_login_fail')).toEqual(burst)
  await flood(20, 28)
  expect(await countsOf(ip, 'authn_login_fail')).toEqual(burst)
  app.advance(61)
  await flood(28, 34)
  expect(await countsOf(ip, 'authn_login_fail')).toEqual([...burst, 32])
  app.advance(3600)
  await flood(34, 35)
  expect(await countsOf(ip, 'authn_login_fail')).toEqual([...burst, 32, 1])
})

test('E-116: refusals of the limiter are counted without a write each, and are events too', async ({
  expect,
}) => {
  const app = startApp()
  const ip = freshAddress()
  const ask = () => app.post('/api/auth/refresh/', { refresh_token: 'x'.repeat(43) }, { ip })
  const answers = await Promise.all(Array.from({ length: 60 + 10 }, ask))
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
  expect(await countsOf(ip, 'excess_rate_limit_exceeded')).toEqual([1, 2, 4, 8])
})

test('refusals of a locked name are counted, whether anybody has it or not', async ({ expect }) => {
  const app = startApp()
  const account = await app.hasAccount()
  for (const identifier of [account.email, `nobody${app.id}@example.com`]) {
    const ip = freshAddress()
    for (let tries = 0; tries < 5; tries += 1) await login(app, identifier, freshAddress())
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await login(app, identifier, ip)).body.code).toBe('too_many_attempts')
    }
    expect(await countsOf(ip, 'authn_login_blocked')).toEqual([1, 2, 4, 8])
  }
})

test('E-021: a flood from all networks of a /48 is recorded a thousand times an hour, then counted', async ({
  expect,
}) => {
  const { deps } = jobDeps()
  let told = 0
  const countAs = async (ip: string) => {
    const caller = { ...deps.caller, ip }
    const event = { event: 'authn_login_fail' } as const
    if (await sampledEvent({ ...deps, caller }, event, { burst: 20 })) told += 1
  }
  const site = `2001:db8:${crypto.getRandomValues(new Uint16Array(1))[0]?.toString(16)}`
  const flood = (net: string, times: number) =>
    Promise.all(Array.from({ length: times }, (_, host) => countAs(`${site}:${net}:0:0:0:${host}`)))
  await flood('a', 10)
  await flood('b', 10)
  expect(told).toBe(20)
  // Its other networks are counted in the object itself, since a hundred more objects take long.
  const counter = env.IP_LIMITER.getByName(`events|${site}`)
  const count = { key: 'authn_login_fail|', quota: { limit: Infinity, seconds: 3600 } }
  await runInDurableObject(counter, async (object: IpLimiter) => {
    for (let before = 20; before < 990; before += 1)
      await object.count({ ...count, now: deps.now().getTime() })
  })
  await flood('c', 10)
  expect(told).toBe(30)
  await flood('d', 20)
  await flood('e', 3)
  expect(told).toBe(30)
  // The 1,024th.
  await flood('f', 1)
  expect(told).toBe(31)
  await countAs('2001:db9:0:0:0:0:0:1')
  expect(told).toBe(32)
})
