import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createApp } from '../../src/app'
import { openApiDocument } from '../../src/http/openapi'
import { settings } from '../../src/platform/settings'
import {
  createKey,
  endKey,
  freshToken,
  keyIn,
  keyOwner,
  madeKey,
  rotateKey,
  setMerchant,
  setOwner,
  verifyKey,
} from '../api-keys/support'
import { type App, signedIn } from '../support/acts'
import { freshAddress, startApp } from '../support/app'
import { visible } from '../support/attack'
import { many } from '../support/many'
import { withoutLimits } from '../support/test-deps'

const HOUR = 3600
const DAY = 86_400
const COPIES = Array.from({ length: many(50) })

const statusOf = async (app: App, ...keys: string[]) =>
  (await Promise.all(keys.map((key) => verifyKey(app, key)))).map(({ status }) => status)

describe('API keys under attack', () => {
  test("E-106: another owner's key is not there: not to list, rotate or end", async ({
    expect,
  }) => {
    const app = startApp()
    const [victim, eve] = [await keyOwner(app), await keyOwner(app, 'admin')]
    const { id, key } = await madeKey(app, victim)
    const before = await verifyKey(app, key)
    const listed = await app.send('GET', '/api/api-keys/', { token: eve.token })
    expect(listed.body).toEqual({ keys: [] })
    const unknown = `key_${'0'.repeat(22)}`
    const acts = (name: string) => [rotateKey(app, eve.token, name), endKey(app, eve.token, name)]
    const [others, nobodys] = [await Promise.all(acts(id)), await Promise.all(acts(unknown))]
    expect(others.map(({ status }) => status)).toEqual([404, 404])
    expect(others.map(visible)).toEqual(nobodys.map(visible))
    expect(visible(await verifyKey(app, key))).toEqual(visible(before))
    expect((await createKey(app, eve.token)).status).toBe(201)
  })

  test('E-113: after a rotation both work for the overlap, to the second, an older one not at all', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { id, key: first } = await madeKey(app, owner)
    const rotate = async (overlap?: number) => {
      const token = await freshToken(app, owner)
      const input = overlap === undefined ? {} : { overlap_seconds: overlap }
      return keyIn(await rotateKey(app, token, id, input)).key
    }
    const second = await rotate(HOUR)
    const early = await verifyKey(app, first)
    expect(early.status).toBe(200)
    const end = Date.parse(String(early.body['expires_at']))
    expect(end - app.now().getTime()).toBeLessThanOrEqual(HOUR * 1000)
    app.advance(Math.floor((end - app.now().getTime()) / 1000) - 2)
    expect(await statusOf(app, first, second)).toEqual([200, 200])
    app.advance(3)
    expect(await statusOf(app, first, second)).toEqual([401, 200])
    const third = await rotate()
    const fourth = await rotate(0)
    expect(await statusOf(app, first, second, third, fourth)).toEqual([401, 401, 401, 200])
    // By default a day; and never longer than the old key's own term.
    const short = await madeKey(app, owner, { expires_in_days: 2 })
    const token = await freshToken(app, owner)
    const next = keyIn(await rotateKey(app, token, short.id, { overlap_seconds: 7 * DAY })).key
    app.advance(2 * DAY - 60)
    expect(await statusOf(app, short.key, next)).toEqual([200, 200])
    app.advance(120)
    expect(await statusOf(app, short.key, next)).toEqual([401, 200])
  })

  test('E-113: expiry, an end, and an owner who is stopped hold with the next request', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const brief = await madeKey(app, owner, { expires_in_days: 1 })
    const { key } = await madeKey(app, owner)
    const ended = await madeKey(app, owner)
    const token = await freshToken(app, owner)
    await endKey(app, token, ended.id)
    const { body } = await verifyKey(app, brief.key)
    const left = Date.parse(String(body['expires_at'])) - app.now().getTime()
    app.advance(Math.floor(left / 1000) - 1)
    expect(await statusOf(app, brief.key, ended.key)).toEqual([200, 401])
    app.advance(2)
    expect(await statusOf(app, brief.key, key)).toEqual([401, 200])

    const { userId } = owner
    const stops = [
      [`status = 'disabled'`, `status = 'active'`],
      ['frozen_at = 1', 'frozen_at = NULL'],
      ['erasure_due_at = 9999999999999', 'erasure_due_at = NULL'],
      [`role = 'customer'`, `role = 'merchant'`],
    ] as const
    for (const [stop, undo] of stops) {
      await setOwner(userId, stop)
      expect([stop, await statusOf(app, key)]).toEqual([stop, [401]])
      await setOwner(userId, undo)
      expect(await statusOf(app, key)).toEqual([200])
    }
    for (const state of ['suspended', 'draft', 'submitted', 'rejected', 'changes_requested']) {
      await setMerchant(userId, state)
      expect([state, await statusOf(app, key)]).toEqual([state, [401]])
    }
  })

  test('E-113: every key that is not good gets the same answer; none works from the URL', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { id, key } = await madeKey(app, owner)
    const ended = await madeKey(app, owner)
    const token = await freshToken(app, owner)
    await endKey(app, token, ended.id)
    const refused = [
      ended.key,
      key.replace('phk_live', 'phk_test'),
      key.slice(0, -1),
      `${key}x`,
      key.slice(0, 20),
      `phk_live_${id.slice(4)}_`,
      key.toUpperCase(),
      key.replace(/[0-9A-Za-z](?=.{6}$)/, (sign) => (sign === 'a' ? 'b' : 'a')),
      'x',
      'x'.repeat(5000),
      owner.token,
    ]
    const answers = await Promise.all(refused.map((text) => verifyKey(app, text)))
    expect(new Set(answers.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } })
    const inUrl = await app.post(`/api/api-keys/verify/?api_key=${key}`, {})
    expect(inUrl.status).toBe(400)
    const inBody = await app.post('/api/api-keys/verify/', { key })
    expect(inBody.status).toBe(401)
    const cookie = `__Host-phantom_session=${key}`
    expect((await app.post('/api/api-keys/verify/', {}, { cookie })).status).toBe(401)
  })

  test('E-113: of parallel rotations with one step-up one is done, and one key is new', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const owner = await keyOwner(app)
    const { id, key } = await madeKey(app, owner)
    const token = await freshToken(app, owner)
    const answers = await Promise.all(
      COPIES.map(() => rotateKey(app, token, id, { overlap_seconds: 0 })),
    )
    const done = answers.filter(({ status }) => status === 200)
    expect(done).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(COPIES.length - 1)
    expect(await statusOf(app, key, ...done.map((answer) => keyIn(answer).key))).toEqual([401, 200])
    const { results } = await env.DB.prepare(
      `SELECT id FROM audit_events WHERE event = 'authn_token_rotated' AND user_id = ?`,
    )
      .bind(owner.userId)
      .run()
    expect(results).toHaveLength(1)
  })

  test('E-036: parallel requests with one step-up make one key, and one of as many ends it', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const owner = await keyOwner(app)
    const answers = await Promise.all(COPIES.map(() => createKey(app, owner.token)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const { token } = owner
    const { body } = await app.send('GET', '/api/api-keys/', { token })
    const [{ id = '' } = {}, ...more] = body['keys'] as { id?: string }[]
    expect(more).toEqual([])
    const deletions = await Promise.all(COPIES.map(() => endKey(app, token, id)))
    expect(deletions.filter(({ status }) => status === 204)).toHaveLength(1)
  })

  test('E-114, E-048: no route but the two for keys takes one, whoever owns it', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app, 'admin')
    const { key } = await madeKey(app, owner, { scopes: ['tokens:introspect', 'orders:read'] })
    const { paths } = openApiDocument(createApp().routes, settings(env))
    const guarded = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { security }]) =>
        security.some((scheme) => 'bearerAuth' in scheme) ? [[method, path] as const] : [],
      ),
    )
    expect(guarded.length).toBeGreaterThan(25)
    for (const [method, template] of guarded) {
      const path = template.replace(/\{\w+\}/g, `key_${'0'.repeat(22)}`)
      for (const headers of [{ Authorization: `Bearer ${key}` }, { 'X-API-Key': key }]) {
        const hasBody = !['get', 'delete'].includes(method)
        const answer = await app.send(method.toUpperCase(), path, {
          headers,
          ip: freshAddress(),
          ...(hasBody && { json: {} }),
        })
        // 404: the id is of another kind; 400: no session is asked for.
        const statuses = 'Authorization' in headers ? [401, 404] : [400, 401, 404]
        const isRefused = statuses.includes(answer.status)
        expect([method, path, answer.status, isRefused]).toEqual([
          method,
          path,
          answer.status,
          true,
        ])
      }
    }
    const { body } = await app.send('GET', '/api/api-keys/', { token: owner.token })
    expect(body['keys']).toHaveLength(1)
  })

  test('E-112: introspection follows an end, a role and an owner at once, and is for admins', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await keyOwner(app, 'admin')
    const { key } = await madeKey(app, admin, { scopes: ['tokens:introspect'] })
    const plain = await madeKey(app, admin)
    const victim = await signedIn(app)
    const ask = (token: unknown, by = key) =>
      app.post('/api/auth/introspect/', { token }, { headers: { 'X-API-Key': by } })
    expect((await ask(victim.accessToken)).body).toMatchObject({ active: true, role: 'customer' })
    expect((await ask(victim.accessToken, plain.key)).status).toBe(403)
    for (const token of [victim.refreshToken, key, 'x', '0'.repeat(43)]) {
      expect((await ask(token)).text).toBe('{"active":false}')
    }
    await app.post('/api/auth/logout/', {}, { token: victim.accessToken })
    expect((await ask(victim.accessToken)).text).toBe('{"active":false}')
    const other = await signedIn(app)
    await setOwner((await ask(other.accessToken)).body['sub'] as string, `status = 'disabled'`)
    expect((await ask(other.accessToken)).text).toBe('{"active":false}')
    await setMerchant(admin.userId, 'approved')
    await setOwner(admin.userId, `role = 'merchant'`)
    expect((await ask(other.accessToken)).status).toBe(403)
  })
})
