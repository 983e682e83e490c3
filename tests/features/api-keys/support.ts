import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { IpLimiter } from '../../../src/platform/http/ip-limiter'
import { type App, withTotp } from '../../support/acts'
import { tokenFor } from '../../support/admins'
import { type Answer, freshAddress } from '../../support/app'

/** What only an admin's decision does otherwise. */
export const setOwner = (userId: string, sql: string) =>
  env.DB.prepare(`UPDATE users SET ${sql} WHERE id = ?`).bind(userId).run()

export const setMerchant = (userId: string, state: string) =>
  env.DB.prepare(
    `INSERT INTO merchant_profiles (user_id, state, created_at, updated_at) VALUES (?, ?, 0, 0)
     ON CONFLICT DO UPDATE SET state = excluded.state`,
  )
    .bind(userId, state)
    .run()

/** Counts so many uses of a key, in the object itself. */
export const countUses = (app: App, id: string, uses: number) =>
  runInDurableObject(env.IP_LIMITER.getByName(`key|${id}`), async (limiter: IpLimiter) => {
    const use = { key: id, quota: { limit: Infinity, seconds: 60 }, now: app.now().getTime() }
    for (let count = 0; count < uses; count += 1) await limiter.count(use)
  })

/**
 * Somebody who may have keys: an authenticator app, and a session that has just passed both steps.
 */
export async function keyOwner(app: App, role: 'merchant' | 'admin' | 'customer' = 'merchant') {
  const owner = await withTotp(app, role)
  if (role === 'merchant') await setMerchant(owner.userId, 'approved')
  return { ...owner, token: await freshToken(app, owner) }
}

export type KeyOwner = Awaited<ReturnType<typeof keyOwner>>

/** Another session, whose step-up is not used up. */
export const freshToken = (app: App, { userId }: { userId: string }) =>
  tokenFor(app, { id: userId })

export const createKey = (app: App, token: string, input: Record<string, unknown> = {}) =>
  app.post(
    '/api/api-keys/',
    { name: 'Shop server', scopes: ['orders:read'], ...input },
    { token, ip: freshAddress() },
  )

/** A key that was made over HTTP, with the account's present step-up or that of a new session. */
export async function madeKey(
  app: App,
  owner: KeyOwner,
  input: Record<string, unknown> = {},
): Promise<{ id: string; key: string }> {
  const made = await createKey(app, await freshToken(app, owner), input)
  if (made.status !== 201) throw new Error(`api-keys: ${made.status} ${made.text}`)
  return keyIn(made)
}

export const keyIn = ({ body }: Answer) => ({ id: String(body['id']), key: String(body['key']) })

export const rotateKey = (
  app: App,
  token: string,
  id: string,
  input: Record<string, unknown> = {},
) => app.post(`/api/api-keys/${id}/rotate/`, input, { token, ip: freshAddress() })

export const verifyKey = (app: App, key: string, json: object = {}, ip = app.address) =>
  app.post('/api/api-keys/verify/', json, { headers: { 'X-API-Key': key }, ip })

export const endKey = (app: App, token: string, id: string) =>
  app.send('DELETE', `/api/api-keys/${id}/`, { token })
