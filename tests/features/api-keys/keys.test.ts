import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { signedIn } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { storedText } from '../../support/attack'
import { mailsNamed } from '../../support/mailbox'
import { confirmReset, nextLinkToken, resetTokenOf } from '../../support/recovery'
import { eventsOf } from '../../support/rows-of'
import {
  createKey,
  endKey,
  freshToken,
  keyIn,
  keyOwner,
  madeKey,
  rotateKey,
  setMerchant,
  verifyKey,
} from './support'

const DAY = 86_400

/** Gives the owner of a key more of them, which live as long as it. */
const addKeys = (id: string, count: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO api_keys (id, user_id, name, secret_hash, scopes, created_at, expires_at)
     SELECT id || i, user_id, name, secret_hash || i, scopes, created_at, expires_at
     FROM api_keys, n WHERE id = ?`,
  )
    .bind(count, id)
    .run()

const list = async (app: ReturnType<typeof startApp>, token: string) =>
  (await app.send('GET', '/api/api-keys/', { token })).body['keys'] as Record<string, unknown>[]

describe('an API key', () => {
  test('is shown once, works at once, and is told by mail and in the trail', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const made = await createKey(app, owner.token, {
      scopes: ['orders:write', 'orders:read', 'orders:write'],
      expires_in_days: 30,
    })
    expect(made.status).toBe(201)
    const { id, key } = keyIn(made)
    expect(id).toMatch(/^key_[0-9A-Za-z]{22}$/)
    expect(key).toMatch(/^phk_live_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}$/)
    expect(key).toContain(id.slice(4))
    const [entry, ...others] = await list(app, owner.token)
    expect(others).toEqual([])
    expect({ ...entry, key }).toEqual(made.body)
    expect(entry).toMatchObject({
      name: 'Shop server',
      scopes: ['orders:read', 'orders:write'],
      allowed_ips: null,
      last_used_at: null,
    })
    const life = Date.parse(String(entry?.['expires_at'])) - app.now().getTime()
    expect(Math.round(life / 1000 / DAY)).toBe(30)
    expect(await storedText()).not.toContain(key)

    const verified = await verifyKey(app, key)
    expect([verified.status, verified.body]).toEqual([
      200,
      {
        active: true,
        owner: owner.userId,
        role: 'merchant',
        key_id: id,
        scopes: ['orders:read', 'orders:write'],
        expires_at: entry?.['expires_at'],
      },
    ])
    const [mail] = await mailsNamed(owner.account.email, 'An API key was created')
    expect(mail?.text).toContain('Shop server')
    expect(mail?.text).not.toContain(key.slice(40))
    const created = (await eventsOf(owner.account.email)).filter(
      ({ event }) => event === 'authn_token_created',
    )
    expect(created.map(({ data }) => JSON.parse(data ?? ''))).toEqual([
      { key: id, scopes: 'orders:read orders:write', days: 30 },
    ])
  })

  test('needs a step-up of two factors to be made or rotated, none to be ended', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { id, key } = keyIn(await createKey(app, owner.token))
    for (const refused of [
      await createKey(app, owner.token),
      await rotateKey(app, owner.token, id),
    ]) {
      expect([refused.status, refused.body.code]).toEqual([401, 'insufficient_user_authentication'])
    }
    const { accessToken: aal1 } = await signedIn(app, 'bearer', 'merchant')
    const weak = await createKey(app, aal1)
    expect(weak.status).toBe(401)
    expect(weak.headers.get('WWW-Authenticate')).toContain('acr_values="aal2"')
    expect(weak.body['detail']).toContain('POST /api/users/enable-2fa/ adds one')
    const { token } = owner
    const ended = await endKey(app, token, id)
    expect(ended.status).toBe(204)
    expect((await verifyKey(app, key)).status).toBe(401)
    expect(await list(app, token)).toEqual([])
    expect((await endKey(app, token, id)).status).toBe(404)
    await mailsNamed(owner.account.email, 'An API key was deleted')
    const events = (await eventsOf(owner.account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_token_revoked')).toHaveLength(1)
  })

  test('is for admins and approved merchants; a refusal leaves the step-up', async ({ expect }) => {
    const app = startApp()
    const customer = await keyOwner(app, 'customer')
    expect((await createKey(app, customer.token)).status).toBe(403)
    const merchant = await keyOwner(app)
    for (const state of ['draft', 'submitted', 'changes_requested', 'rejected', 'suspended']) {
      await setMerchant(merchant.userId, state)
      const refused = await createKey(app, merchant.token)
      expect([state, refused.status, refused.body.code]).toEqual([state, 409, 'merchant_state'])
    }
    await setMerchant(merchant.userId, 'approved')
    const introspects = { scopes: ['orders:read', 'tokens:introspect'] }
    expect((await createKey(app, merchant.token, introspects)).status).toBe(403)
    expect((await createKey(app, merchant.token)).status).toBe(201)
    const admin = await keyOwner(app, 'admin')
    expect((await createKey(app, admin.token, introspects)).status).toBe(201)
  })

  test('is one of twenty live ones at most', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const first = await madeKey(app, owner, { expires_in_days: 1 })
    await addKeys(first.id, 19)
    const token = await freshToken(app, owner)
    const refused = await createKey(app, token)
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_api_keys'])
    await endKey(app, token, first.id)
    expect((await createKey(app, token)).status).toBe(201)
  })

  test('has a body whose every limit holds on both sides', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const status = async (input: object) =>
      (await createKey(app, await freshToken(app, owner), { ...input })).status
    for (const input of [
      { name: 'x'.repeat(60) },
      { expires_in_days: 1 },
      { expires_in_days: 365 },
      { allowed_ips: Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`) },
    ]) {
      expect([input, await status(input)]).toEqual([input, 201])
    }
    for (const input of [
      { name: '' },
      { name: 'x'.repeat(61) },
      { name: 'a\nb' },
      { scopes: [] },
      { scopes: ['admin'] },
      { scopes: 'orders:read' },
      { expires_in_days: 0 },
      { expires_in_days: 366 },
      { expires_in_days: 1.5 },
      { allowed_ips: [] },
      { allowed_ips: ['localhost'] },
      { allowed_ips: Array.from({ length: 21 }, (_, index) => `192.0.2.${index}`) },
      { owner: 'usr_0000000000000000000000' },
    ]) {
      const { token } = owner
      const answer = await createKey(app, token, { ...input })
      expect([input, answer.status]).toEqual([input, 400])
    }
    const { id } = keyIn(await createKey(app, owner.token))
    const rotates = async (input: object) =>
      (await rotateKey(app, await freshToken(app, owner), id, { ...input })).status
    expect(await rotates({ overlap_seconds: 604_800, expires_in_days: 365 })).toBe(200)
    for (const input of [
      { overlap_seconds: 604_801 },
      { overlap_seconds: -1 },
      { expires_in_days: 366 },
      { scopes: ['orders:write'] },
    ]) {
      expect([input, await rotates(input)]).toEqual([input, 400])
    }
  })

  test('of an account that its owner had to freeze is dead for good', async ({ expect }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { account } = owner
    const { key } = await madeKey(app, owner)
    const email = `moved-${account.email}`
    const asked = await app.post(
      '/api/users/change-email/',
      { email },
      { token: await freshToken(app, owner), ip: freshAddress() },
    )
    expect(asked.status).toBe(202)
    const token = await nextLinkToken(account, 'not-me')
    const frozen = await app.post('/api/auth/not-me/', { token })
    expect(frozen.body.status).toBe('frozen')
    app.advance(61)
    const reset = await confirmReset(app, await resetTokenOf(app, account), {
      second_factor: { method: 'totp', code: owner.codeNow() },
    })
    expect(reset.status).toBe(204)
    expect((await verifyKey(app, key)).status).toBe(401)
    const ends = (await eventsOf(account.email)).filter(
      ({ event }) => event === 'authn_token_revoked',
    )
    expect(ends).toEqual([{ event: 'authn_token_revoked', data: '{"key":"all"}' }])
  })
})
