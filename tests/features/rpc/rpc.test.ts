import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { listActivity } from '../../../src/features/privacy/activity'
import { PhantomSecurity } from '../../../src/features/rpc/worker-entrypoint'
import { signedIn } from '../../support/acts'
import { startApp } from '../../support/app'
import { collectingLog } from '../../support/attack'
import { eventsOf, userIdOf } from '../../support/rows-of'
import { countUses, keyOwner, madeKey, setMerchant } from '../api-keys/support'

type Reply = { value?: unknown; error?: string }

/** Asks the second Worker to call a method of ours. */
async function rpc(method: string, ...args: unknown[]): Promise<Reply> {
  const body = JSON.stringify({ method, args })
  const response = await env.ORDERS.fetch('https://orders.internal/rpc', { method: 'POST', body })
  return response.json<Reply>()
}

describe('another Worker that is bound to this one', () => {
  test('takes an access token until its session ends, and not a request longer', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken, refreshToken, sessionId } = await signedIn(app)
    const orders = async () => {
      const headers = { Authorization: `Bearer ${accessToken}` }
      const response = await env.ORDERS.fetch('https://orders.internal/orders', { headers })
      return [response.status, await response.text()]
    }
    const sub = await userIdOf(account)
    expect(await orders()).toEqual([200, JSON.stringify({ orders_of: sub, role: 'customer' })])
    expect((await rpc('introspect', accessToken)).value).toMatchObject({
      active: true,
      token_type: 'Bearer',
      sub,
      sid: sessionId,
      acr: 'aal1',
    })
    expect(await rpc('verifyAccessToken', refreshToken)).toEqual({ value: null })
    expect(await rpc('introspect', refreshToken)).toEqual({ value: { active: false } })

    await app.post('/api/auth/logout/', {}, { token: accessToken })
    expect(await orders()).toEqual([401, ''])
    expect(await rpc('verifyAccessToken', accessToken)).toEqual({ value: null })
    expect(await rpc('introspect', accessToken)).toEqual({ value: { active: false } })
  })

  test('verifies API keys, for a scope, from where they came', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const anywhere = await madeKey(app, owner)
    const office = await madeKey(app, owner, { allowed_ips: ['198.51.100.0/24'] })
    const good = { active: true, owner: owner.userId, role: 'merchant', scopes: ['orders:read'] }
    const invalid = { value: { active: false, code: 'invalid_api_key' } }
    expect(await rpc('verifyApiKey', anywhere.key)).toMatchObject({ value: good })
    expect(await rpc('verifyApiKey', anywhere.key, 'orders:read')).toMatchObject({ value: good })
    for (const scope of ['orders:write', 'everything', '']) {
      expect(await rpc('verifyApiKey', anywhere.key, scope)).toEqual({
        value: { active: false, code: 'insufficient_scope' },
      })
    }
    expect(await rpc('verifyApiKey', office.key, 'orders:read', '198.51.100.9')).toMatchObject({
      value: good,
    })
    for (const ip of [undefined, null, '', '203.0.113.9', 'unknown']) {
      expect(await rpc('verifyApiKey', office.key, 'orders:read', ip)).toEqual(invalid)
    }
    for (const key of ['', 'x', `${anywhere.key}x`, null, { toString: 'x' }]) {
      expect([key, await rpc('verifyApiKey', key)]).toEqual([key, invalid])
    }
    await setMerchant(owner.userId, 'suspended')
    expect(await rpc('verifyApiKey', anywhere.key)).toEqual(invalid)
  })

  test('counts against the limit of the key as the route does', async ({ expect }) => {
    const app = startApp()
    const { id, key } = await madeKey(app, await keyOwner(app))
    await countUses(app, id, 1000)
    const { value } = await rpc('verifyApiKey', key)
    expect(value).toEqual({
      active: false,
      code: 'too_many_requests',
      retry_after: expect.any(Number),
    })
  })

  test('puts events into the trail under the name of its binding', async ({ expect }) => {
    const app = startApp()
    const account = await app.hasAccount()
    const userId = await userIdOf(account)
    const refund = { name: 'order_refunded', user_id: userId, data: { order: 7, service: 'bank' } }
    expect(await rpc('recordEvent', refund)).toEqual({ value: true })
    expect(await rpc('recordEvent', { ...refund, alert: true })).toEqual({ value: true })
    const recorded = (await eventsOf(account.email)).slice(-2)
    const data = { name: 'order_refunded', service: 'orders' }
    expect(recorded.map((row) => [row.event, JSON.parse(row.data ?? '')])).toEqual([
      ['service_event', data],
      ['service_alert', data],
    ])
    // What it says of a user is sealed, and shown to that user.
    const { events } = await listActivity(app.deps(), userId, { before: undefined, limit: 1 })
    expect(events).toMatchObject([{ text: { order: 7, service: 'bank' } }])
    const ofNobody = { name: 'stock_counted', data: { shelf: 'B' } }
    expect(await rpc('recordEvent', ofNobody)).toEqual({ value: true })
    expect(
      await env.DB.prepare(
        'SELECT text, text_hash, data FROM audit_events ORDER BY id DESC LIMIT 1',
      ).first(),
    ).toEqual({
      text: null,
      text_hash: null,
      data: JSON.stringify({ shelf: 'B', name: 'stock_counted', service: 'orders' }),
    })
    const nobody = { name: 'order_refunded', user_id: `usr_${'0'.repeat(22)}` }
    expect(await rpc('recordEvent', nobody)).toEqual({ value: false })
    expect(await rpc('recordEvent', { name: 'stock_counted' })).toEqual({ value: true })
    for (const event of [
      {},
      null,
      { name: 'Order refunded' },
      { ...refund, event: 'user_erased' },
      { ...refund, service: 'bank' },
      { ...refund, actor: 'system' },
      { ...refund, data: { text: 'x'.repeat(201) } },
      { ...refund, data: { nested: {} } },
    ]) {
      const { error } = await rpc('recordEvent', event)
      expect([event, error]).toEqual([event, expect.stringContaining('TypeError')])
    }
  })

  test('reaches nothing else of it', async ({ expect }) => {
    for (const method of ['#answer', 'answer', 'env', 'ctx', 'createSession', 'constructor']) {
      const { value, error } = await rpc(method, 'x')
      expect([method, value, error === undefined]).toEqual([method, undefined, false])
    }
  })

  test('waits as long as a request for a database that hangs, and no longer', async ({
    expect,
  }) => {
    const app = startApp()
    const { accessToken } = await signedIn(app)
    const { key } = await madeKey(app, await keyOwner(app))
    const never = new Promise(() => {})
    const hanging = {
      prepare: () => ({ bind: () => ({ run: () => never, all: () => never, raw: () => never }) }),
      batch: () => never,
    }
    const ctx = createExecutionContext()
    const security = new PhantomSecurity(
      ctx,
      { ...env, DB: hanging as unknown as D1Database },
      (deps) => ({ ...deps, patience: { ...deps.patience, request: 500 } }),
    )
    const began = Date.now()
    const answers = await Promise.allSettled([
      security.verifyAccessToken(accessToken),
      security.introspect(accessToken),
      security.verifyApiKey(key),
    ])
    const seconds = (Date.now() - began) / 1000
    expect(answers.map((answer) => 'reason' in answer && String(answer.reason))).toEqual(
      Array(3).fill('Error: service_unavailable'),
    )
    expect(seconds).toBeGreaterThan(0.49)
    expect(seconds).toBeLessThan(4.5)
  })

  test('is told one word of a failure', async ({ expect }) => {
    const app = startApp()
    const { accessToken } = await signedIn(app)
    await env.DB.exec('ALTER TABLE sessions RENAME TO sessions_away')
    try {
      const logged = await collectingLog(async () => {
        expect(await rpc('introspect', accessToken)).toEqual({
          error: 'Error: service_unavailable',
        })
      })
      expect(logged).toContain('"rpc":true')
    } finally {
      await env.DB.exec('ALTER TABLE sessions_away RENAME TO sessions')
    }
  })
})
