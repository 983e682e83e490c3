import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import { randomId } from '../../src/platform/crypto/token'
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
import { tokenFor } from '../support/admins'
import { startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { waiting } from '../support/mail-faults'
import { many } from '../support/many'
import { sessionIds } from '../support/rows-of'

const CODE = 'insufficient_user_authentication'

beforeEach(() => env.DB.prepare('DELETE FROM waiting_mails').run())

describe.each(listActs)('a list of accounts to %s', (name) => {
  const state = name === 'enable' ? `status = 'disabled'` : ''

  test('names one account or a hundred, each once', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const token = await tokenFor(app, admin)
    const ids = Array.from({ length: 101 }, () => randomId('usr'))
    const [one = ''] = ids
    for (const wrong of [[], ids, [one, one], ['usr_none'], [`${one}'`]]) {
      const { status, body } = await actOnList(app, token, name, wrong)
      expect([status, body.code]).toEqual([400, 'invalid_request'])
      expect(JSON.stringify(body['errors'])).toContain('"#/user_ids')
    }
    for (const right of [[one], ids.slice(1)]) {
      const answer = await actOnList(app, token, name, right)
      expect(outcomes(answer)).toEqual(right.map((id) => [id, 'not_found']))
    }
    // Nothing was done, so nothing was used up.
    const [user = ''] = await customers(app, 1, state)
    expect(outcomes(await actOnList(app, token, name, [user]))).toEqual([[user, 'done']])
  })

  test('takes one step-up for all, once among many at once', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const token = await tokenFor(app, admin)
    const ids = await customers(app, 3, state)
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => actOnList(app, token, name, ids)),
    )
    const [first, ...others] = answers.filter(({ status }) => status === 200)
    if (!first) throw new Error('none of them was let through')
    expect(outcomes(first)).toEqual(ids.map((id) => [id, 'done']))
    // One that read the accounts after that found them so, and used nothing up.
    for (const other of others) {
      expect(outcomes(other)).toEqual(ids.map((id) => [id, 'user_state']))
    }
    const codes = answers.map(({ body }) => body.code).filter((code) => code !== undefined)
    expect(new Set(codes)).toEqual(new Set([CODE]))
    expect((await actOnList(app, token, name, await customers(app, 1, state))).body.code).toBe(CODE)
  })

  test('does nothing once the session has ended, or its step-up was used up', async ({
    expect,
  }) => {
    const quiet = startApp()
    const admin = await newAdmin(quiet)
    for (const last of ['DELETE FROM sessions', 'UPDATE sessions SET stepped_up_at = NULL']) {
      const gone = () => env.DB.prepare(`${last} WHERE user_id = ?`).bind(admin.id).run()
      const app = startApp(beforeBatch(gone))
      const ids = await customers(quiet, 2)
      for (const id of ids) await tokenFor(quiet, { id })
      if (state) await setUsers(state, ids)
      const answer = await actOnList(app, await tokenFor(app, admin), name, ids)
      expect(answer.body.code).toBe(CODE)
      expect(new Set(await statusesOf(ids))).toEqual(
        new Set([name === 'enable' ? 'disabled' : 'active']),
      )
      expect((await Promise.all(ids.map(sessionIds))).flat()).toHaveLength(2)
      expect(await eventCount(LIST_ACTS[name], ids)).toBe(0)
      expect(await waiting()).toHaveLength(0)
    }
  })

  test('does what it can and says what it cannot, in the order asked', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const [one = '', two = ''] = await customers(app, 2, state)
    const nobody = randomId('usr')
    const ids = [nobody, two, admin.id, one]
    expect(outcomes(await actOnList(app, await tokenFor(app, admin), name, ids))).toEqual([
      [nobody, 'not_found'],
      [two, 'done'],
      [admin.id, 'own_account'],
      [one, 'done'],
    ])
    expect(await eventCount(LIST_ACTS[name], [one, two])).toBe(2)
    expect(await eventCount(LIST_ACTS[name], [nobody, admin.id])).toBe(0)
  })

  test('stops at no account that cannot be told', async ({ expect }) => {
    const app = startApp()
    const admin = await newAdmin(app)
    const [good = '', bad = ''] = await customers(app, 2)
    for (const id of [good, bad]) await tokenFor(app, { id })
    if (state) await setUsers(state, [good, bad])
    await setUsers(`email = 'no address'`, [bad])
    const answer = await actOnList(app, await tokenFor(app, admin), name, [bad, good])
    expect(outcomes(answer)).toEqual([
      [bad, 'internal_error'],
      [good, 'done'],
    ])
  })
})
