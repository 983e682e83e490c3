import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import {
  actOnList,
  customers,
  eventCount,
  LIST_ACTS,
  listActs,
  newAdmin,
  outcomes,
  setUsers,
  statusesOf,
} from '../support/act-on-list'
import { columnOf, tokenFor } from '../support/admins'
import { broken, collectingLog } from '../support/attack'
import { faultyApp, noQueue, waiting } from '../support/mail-faults'
import { impatient } from '../support/patience'
import { sessionIds } from '../support/rows-of'

beforeEach(() => env.DB.prepare('DELETE FROM waiting_mails').run())

/** Guards of these names do not answer, or fail. */
const noGuard =
  (isBroken: (name: string) => boolean, how: 'fails' | 'hangs' = 'fails') =>
  (deps: Deps): Deps => ({
    ...(how === 'hangs' ? impatient(deps) : deps),
    accountGuards: {
      getByName: (name: string) => {
        if (!isBroken(name)) return deps.accountGuards.getByName(name)
        const call = () =>
          how === 'hangs' ? new Promise(() => {}) : Promise.reject(new Error(`no ${name}`))
        return new Proxy({}, { get: () => call })
      },
    } as unknown as Deps['accountGuards'],
  })

describe('a list of accounts that meets a fault', () => {
  test.for(['fails', 'hangs'] as const)(
    'is unlocked but for that whose guard %s, and the log names nobody',
    async (how, { expect }) => {
      const { app, during } = faultyApp()
      const ids = await customers(app, 3)
      const [one = '', bad = '', two = ''] = ids
      const token = await tokenFor(app, await newAdmin(app))
      const log = await collectingLog(async () => {
        const fault = noGuard((name) => name === bad, how)
        const answer = await during(fault, () => actOnList(app, token, 'unlock', ids))
        expect(outcomes(answer)).toEqual([
          [one, 'done'],
          [bad, 'service_unavailable'],
          [two, 'done'],
        ])
      })
      expect(log).toContain('"code":"service_unavailable"')
      for (const id of ids) expect(log).not.toContain(String(await columnOf(id, 'email')))
      expect(await eventCount('user_unlocked', ids)).toBe(3)
    },
  )

  test('is answered in the time of one guard where all of them hang', async ({ expect }) => {
    const { app, during } = faultyApp()
    const ids = await customers(app, 45)
    const token = await tokenFor(app, await newAdmin(app))
    const began = Date.now()
    const fault = noGuard(() => true, 'hangs')
    const answer = await during(fault, () => actOnList(app, token, 'unlock', ids))
    expect(outcomes(answer)).toEqual(ids.map((id) => [id, 'service_unavailable']))
    // Twenty at a time would be three times 400 ms.
    expect(Date.now() - began).toBeLessThan(1100)
  })

  test.for([
    ['the locks in KV', 'unlock', broken('kv', ['delete'], 'fails')],
    ['the queue', 'reset-password', noQueue()],
    ['the guards of names', 'reset-password', noGuard((name) => name.startsWith('name:'))],
  ] as const)('is recorded, and refused where %s fail: %s', async ([, name, fault], { expect }) => {
    const { app, during } = faultyApp()
    const ids = await customers(app, 2)
    const token = await tokenFor(app, await newAdmin(app))
    const answer = await during(fault, () => actOnList(app, token, name, ids))
    expect(outcomes(answer)).toEqual(ids.map((id) => [id, 'service_unavailable']))
    expect(await eventCount(LIST_ACTS[name], ids)).toBe(2)
    // It can be sent again.
    const again = await tokenFor(app, await newAdmin(app))
    const repeated = await actOnList(app, again, name, ids)
    if (name === 'unlock') expect(outcomes(repeated)).toEqual(ids.map((id) => [id, 'done']))
  })

  test.for(['disable', 'enable', 'end-sessions', 'unlock'] as const)(
    'needs no queue to %s',
    async (name, { expect }) => {
      const { app, during } = faultyApp()
      const ids = await customers(app, 2)
      for (const id of ids) await tokenFor(app, { id })
      if (name === 'enable') await setUsers(`status = 'disabled'`, ids)
      const token = await tokenFor(app, await newAdmin(app))
      const answer = await during(noQueue('hangs'), () => actOnList(app, token, name, ids))
      expect(outcomes(answer)).toEqual(ids.map((id) => [id, 'done']))
      expect(await waiting()).toHaveLength(2)
    },
  )

  test.for(
    listActs.flatMap((name) => (['before', 'after'] as const).map((when) => [name, when] as const)),
  )(
    'has done all or nothing, and can be sent again: %s, when the database is lost %s it',
    async ([name, when], { expect }) => {
      const { app, during } = faultyApp()
      const admin = await newAdmin(app)
      const ids = await customers(app, 2)
      for (const id of ids) await tokenFor(app, { id })
      if (name === 'enable') await setUsers(`status = 'disabled'`, ids)
      const before = await statusesOf(ids)
      const token = await tokenFor(app, admin)
      const answer = await during(lostBatch(when), () => actOnList(app, token, name, ids))
      expect(answer.body.code).toBe('service_unavailable')
      const isDone = when === 'after'
      expect(await eventCount(LIST_ACTS[name], ids)).toBe(isDone ? 2 : 0)
      expect(await waiting()).toHaveLength(isDone && name !== 'reset-password' ? 2 : 0)
      const left = (await Promise.all(ids.map(sessionIds))).flat()
      expect(left).toHaveLength(isDone && ENDS.has(name) ? 0 : 2)
      expect((await statusesOf(ids)).join() === before.join()).toBe(
        !(isDone && name.endsWith('able')),
      )
      const again = await actOnList(app, await tokenFor(app, admin), name, ids)
      const code = isDone && name.endsWith('able') ? 'user_state' : 'done'
      expect(outcomes(again)).toEqual(ids.map((id) => [id, code]))
    },
  )
})

const ENDS: ReadonlySet<string> = new Set(['disable', 'enable', 'end-sessions'])

/** The first batch fails, or its answer does not come back. */
const lostBatch =
  (when: 'before' | 'after') =>
  (deps: Deps): Deps => ({
    ...deps,
    db: new Proxy(deps.db, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        if (key !== 'batch') return value.bind(target) as unknown
        return async (...args: unknown[]) => {
          if (when === 'after') await Reflect.apply(value, target, args)
          throw new Error('D1_ERROR: Network connection lost.')
        }
      },
    }),
  })
