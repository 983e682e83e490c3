import { beforeAll, describe, test } from 'vitest'
import { recordEvent } from '../../src/platform/audit/record'
import { hasAdmin, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { startMeter } from '../support/meter'
import { jobDeps, sql, writeEvents } from './support'

const app = startApp()
let admin: Awaited<ReturnType<typeof hasAdmin>>

beforeAll(async () => {
  admin = await hasAdmin(app)
})

const get = async (path: string, token?: string) =>
  app.send('GET', `/api/admin/audit/${path}`, {
    token: token ?? (await tokenFor(app, admin)),
    ip: freshAddress(),
  })

type Found = { id: number; event: string; user_id: string; at: string; ip: string }
const eventsOf = (answer: { body: Record<string, unknown> }) => answer.body['events'] as Found[]

describe('search', () => {
  test('finds by user, actor, event, level, address, country and time, newest first', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    const userId = await insertUser(app, 'customer')
    const caller = { ip: '198.51.100.7', country: 'SE', userAgent: 'x', requestId: 'req_s' }
    await recordEvent({ ...deps, caller }, { event: 'user_frozen', userId, actor: 'usr_who' })
    await writeEvents(deps, 3, userId)
    const [row] = await sql<{ id: number; at: number }>(
      `SELECT id, at FROM audit_events WHERE event = 'user_frozen'`,
    )
    const at = row?.at ?? 0
    const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
    for (const query of [
      `user=${userId}&event=user_frozen`,
      'actor=usr_who',
      'event=user_frozen',
      'level=critical&actor=usr_who',
      'ip=198.51.100.7',
      'country=SE',
      `from=${iso(at)}&to=${iso(at + 1)}&event=user_frozen`,
    ]) {
      const answer = await get(`?${query}`)
      expect(answer.status, answer.text).toBe(200)
      expect(
        eventsOf(answer).map(({ id }) => id),
        query,
      ).toEqual([row?.id])
    }
    const ofUser = eventsOf(await get(`?user=${userId}`))
    expect(ofUser.map(({ event }) => event)).toEqual([
      ...Array<string>(3).fill('authn_login_fail'),
      'user_frozen',
    ])
    for (const query of [
      `from=${iso(at + 1)}&event=user_frozen`,
      `to=${iso(at)}&event=user_frozen`,
    ])
      expect(eventsOf(await get(`?${query}`)), query).toEqual([])
  })

  test('pages to the end, over windows in which nothing is found', async ({ expect }) => {
    const { deps } = jobDeps()
    await recordEvent(deps, { event: 'merchant_suspended', userId: 'usr_rare' })
    await writeEvents(deps, 4500)
    await recordEvent(deps, { event: 'merchant_suspended', userId: 'usr_rare' })
    for (const filter of [
      'event=merchant_suspended',
      'user=usr_rare',
      'user=usr_rare&level=warn',
    ]) {
      const found = []
      let [next, pages]: [string | null, number] = ['', 0]
      for (; next !== null; pages += 1) {
        const answer = await get(`?${filter}&limit=1${next && `&before=${next}`}`)
        found.push(...eventsOf(answer))
        next = answer.body['next'] as string | null
      }
      expect(
        found.map(({ user_id }) => user_id),
        filter,
      ).toEqual(['usr_rare', 'usr_rare'])
      expect(pages).toBeLessThan(8)
    }
  })

  test('reads no more rows than it looks at, whatever the filter', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 3000, 'usr_many')
    const meter = startMeter()
    const metered = startApp((now) => meter.meter(now))
    for (const [filter, most] of [
      ['limit=50', 160],
      ['user=usr_many&limit=50', 160],
      ['ip=203.0.113.99', 4100],
      ['from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z', 120],
    ] as const) {
      const token = await tokenFor(metered, { id: admin.id })
      meter.read()
      await metered.send('GET', `/api/admin/audit/?${filter}`, { token, ip: freshAddress() })
      expect(meter.read().rowsRead, filter).toBeLessThanOrEqual(most)
    }
  })

  test('says which parameter is wrong', async ({ expect }) => {
    for (const [query, pointer] of [
      ['event=nonsense', '#/event'],
      ['ip=<script>', '#/ip'],
      ['from=yesterday', '#/from'],
      ['limit=0', '#/limit'],
      ['limit=101', '#/limit'],
      ['before=-1', '#/before'],
      ["user='; DROP TABLE users", '#/user'],
      ['colour=red', '#/colour'],
    ]) {
      const answer = await get(`?${query}`)
      expect(answer.status, query).toBe(400)
      expect(answer.body['errors'], query).toMatchObject([{ pointer }])
    }
  })
})
