import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { newKeyText } from '../../src/api-keys/key-text'
import { runJobs } from '../../src/jobs/index'
import { createDeps, type Deps } from '../../src/platform/deps'
import { type App } from '../support/acts'
import { freshAddress, startApp } from '../support/app'
import { noMail, sendWaiting } from '../support/mail-faults'
import { mailsNamed, mailsTo } from '../support/mailbox'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import { strangersKey } from '../support/strangers-key'
import { testDeps } from '../support/test-deps'
import {
  countUses,
  createKey,
  endKey,
  freshToken,
  keyIn,
  keyOwner,
  madeKey,
  rotateKey,
  verifyKey,
} from './support'

const DAY = 86_400
const rowOf = (id: string) =>
  env.DB.prepare('SELECT * FROM api_keys WHERE id = ?').bind(id).first<Record<string, unknown>>()

describe('verification of a key', () => {
  test('takes either header, not both, and tells which scope is missing', async ({ expect }) => {
    const app = startApp()
    const { key } = await madeKey(app, await keyOwner(app))
    const verify = (options: object, json: object = {}) =>
      app.post('/api/api-keys/verify/', json, options)
    expect((await verify({ token: key })).status).toBe(200)
    expect((await verify({ headers: { 'X-API-Key': key } })).status).toBe(200)
    expect((await verify({ token: key, headers: { 'X-API-Key': key } })).body.code).toBe(
      'invalid_api_key',
    )
    const none = await verify({})
    expect([none.status, none.body.code]).toEqual([401, 'unauthorized'])
    expect((await verify({ token: key }, { scope: 'orders:read' })).status).toBe(200)
    expect((await verify({ token: key }, { scope: 'everything' })).status).toBe(400)
    const lacking = await verify({ token: key }, { scope: 'orders:write' })
    expect([lacking.status, lacking.body.code]).toEqual([403, 'insufficient_scope'])
    expect(lacking.headers.get('WWW-Authenticate')).toBe(
      'Bearer realm="phantom", error="insufficient_scope", scope="orders:write"',
    )
  })

  test('costs one query and one object call; the use is written once a minute', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const { id, key } = await madeKey(app, await keyOwner(app))
    const ip = freshAddress()
    read()
    const count = many(50)
    await Promise.all(Array.from({ length: count }, () => verifyKey(app, key, {}, ip)))
    expect(read()).toMatchObject({ rowsWritten: 1, objectCalls: count })
    const used = await rowOf(id)
    expect(used).toMatchObject({ last_used_ip: ip, last_used_country: null })
    const usual = {
      d1RoundTrips: 1,
      rowsWritten: 0,
      kvReads: 0,
      kvWrites: 0,
      objectCalls: 1,
      queueSends: 0,
    }
    read()
    app.advance(50)
    await verifyKey(app, key)
    const reading = read()
    expect(reading).toMatchObject(usual)
    expect(reading.rowsRead).toBeLessThanOrEqual(4)
    expect(await rowOf(id)).toEqual(used)
    app.advance(10)
    await verifyKey(app, key)
    expect(read()).toMatchObject({ d1RoundTrips: 2, rowsWritten: 1 })
    expect(await rowOf(id)).toMatchObject({ last_used_ip: app.address })
    // A mistyped key asks nobody.
    const typo = key.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))
    expect((await verifyKey(app, typo)).status).toBe(401)
    expect(read()).toMatchObject({ d1RoundTrips: 0, objectCalls: 0 })
  })

  test('is limited to a thousand a minute for each key, and by nobody without it', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const mine = await madeKey(app, owner)
    const other = await madeKey(app, owner)
    await countUses(app, mine.id, 999)
    // The id is no secret; a secret of before a rotation is a key of ours too.
    const { text: before } = newKeyText(app.deps().settings, mine.id)
    for (const forged of [before, before, strangersKey(mine.id)]) {
      expect((await verifyKey(app, forged)).status).toBe(401)
    }
    const last = await verifyKey(app, mine.key)
    expect([last.status, last.headers.get('RateLimit')]).toEqual([
      200,
      expect.stringMatching(/^"api_key-60s";r=0;t=\d+$/),
    ])
    const refused = await verifyKey(app, mine.key)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
    expect((await verifyKey(app, other.key)).status).toBe(200)
    app.advance(Number(refused.headers.get('Retry-After')))
    expect((await verifyKey(app, mine.key)).status).toBe(200)
  })

  test('fails closed', async ({ expect }) => {
    const app = startApp()
    const { key } = await madeKey(app, await keyOwner(app))
    const down = () => Promise.reject(new Error('down'))
    const faults = [
      (deps: Deps) =>
        ({ ...deps, ipLimiters: { getByName: () => ({ take: down }) } }) as unknown as Deps,
      (deps: Deps) => ({ ...deps, db: createDeps({ ...env, DB: brokenDatabase }, () => {}).db }),
    ]
    for (const fault of faults) {
      expect((await verifyKey(startApp(fault), key)).status).toBe(503)
    }
  })

  test('holds a key to its networks, and tells the owner of a right key elsewhere', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const allowed = ['192.0.2.0/25', '2001:db8:0:7::/64', '198.51.100.7']
    const made = await createKey(app, owner.token, { allowed_ips: allowed })
    expect(made.body['allowed_ips']).toEqual([
      '192.0.2.0/25',
      '2001:db8:0:7:0:0:0:0/64',
      '198.51.100.7/32',
    ])
    const { id, key } = keyIn(made)
    const from = async (ip: string) => (await verifyKey(app, key, {}, ip)).status
    for (const ip of ['192.0.2.127', '2001:db8:0:7:ffff::1', '198.51.100.7', '::ffff:192.0.2.9']) {
      expect([ip, await from(ip)]).toEqual([ip, 200])
    }
    for (const ip of [
      '192.0.2.128',
      '2001:db8:0:8::1',
      '198.51.100.8',
      '::ffff:198.51.100.8',
      '',
    ]) {
      expect([ip, await from(ip)]).toEqual([ip, 401])
    }
    const misplaced = async () => {
      const { results } = await env.DB.prepare(
        `SELECT ip FROM audit_events WHERE event = 'api_key_misplaced' AND data LIKE ? ORDER BY id`,
      )
        .bind(`%${id}%`)
        .run()
      return results
    }
    expect(await misplaced()).toEqual([{ ip: '192.0.2.128' }])
    app.advance(3600)
    await from('203.0.113.1')
    expect(await misplaced()).toHaveLength(2)
  })
})

const brokenDatabase = {
  prepare: () => {
    throw new Error('D1_ERROR: down')
  },
} as unknown as D1Database

describe('the end of a key', () => {
  const runDaily = (app: App, fault = (deps: Deps) => deps) =>
    runJobs(fault(testDeps({ now: app.now })), 'remind-keys')

  test('is told 14 and 3 days before, once each, to owners who may use it', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    await createKey(app, owner.token, { name: 'Ends in twenty', expires_in_days: 20 })
    await madeKey(app, owner, { name: 'Ends in ten', expires_in_days: 10 })
    await madeKey(app, owner, { name: 'Ends in two', expires_in_days: 2 })
    const gone = await madeKey(app, owner, { name: 'Deleted', expires_in_days: 20 })
    const token = await freshToken(app, owner)
    await endKey(app, token, gone.id)
    const reminders = async () => {
      await sendWaiting()
      const mails = await mailsTo(owner.account.email)
      return mails
        .filter(({ subject }) => subject.startsWith('An API key ends in'))
        .map(({ subject, text }) => [subject, /Ends in \w+/.exec(text)?.[0]])
    }
    app.advance(6 * DAY - 600)
    await runDaily(app)
    expect(await reminders()).toEqual([])
    app.advance(600)
    await Promise.all([runDaily(app), runDaily(app)])
    expect(await reminders()).toEqual([['An API key ends in 14 days', 'Ends in twenty']])
    app.advance(DAY)
    await expect(runDaily(app, noMail())).rejects.toThrow('remind')
    expect(await reminders()).toHaveLength(1)
    await runDaily(app)
    await runDaily(app)
    expect((await reminders()).slice(1)).toEqual([['An API key ends in 3 days', 'Ends in ten']])
  })

  test('is moved by a rotation, with its reminders', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { id } = await madeKey(app, owner, { expires_in_days: 10 })
    expect(await rowOf(id)).toMatchObject({ reminded_days: 14 })
    const rotated = await rotateKey(app, await freshToken(app, owner), id, { expires_in_days: 60 })
    expect(await rowOf(id)).toMatchObject({ reminded_days: null })
    const left = Date.parse(String(rotated.body['expires_at'])) - app.now().getTime()
    expect(Math.round(left / 1000 / DAY)).toBe(60)
    await mailsNamed(owner.account.email, 'An API key was replaced')
  })

  test('takes its row a month later', async ({ expect }) => {
    const app = startApp()
    const { id } = await madeKey(app, await keyOwner(app), { expires_in_days: 1 })
    const purge = () => runJobs(testDeps({ now: app.now }), 'purge-expired')
    app.advance(31 * DAY - 60)
    await purge()
    expect(await rowOf(id)).not.toBeNull()
    app.advance(60)
    await purge()
    expect(await rowOf(id)).toBeNull()
  })
})
