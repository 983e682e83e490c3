import { env } from 'cloudflare:workers'
import { type App, addTotp, signInWithTotp } from '../support/acts'
import { type Answer, freshAddress } from '../support/app'
import { userIdOf } from '../support/rows-of'

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

/** Somebody who may have keys: an authenticator app, and a session that has just passed both steps. */
export async function keyOwner(app: App, role: 'merchant' | 'admin' | 'customer' = 'merchant') {
  const account = await app.hasAccount({ role: role === 'admin' ? 'customer' : role })
  const userId = await userIdOf(account)
  if (role === 'merchant') await setMerchant(userId, 'approved')
  if (role === 'admin') await setOwner(userId, `role = 'admin'`)
  const { accessToken } = await app.signIn(account, {}, { ip: freshAddress() })
  const totp = await addTotp(app, accessToken)
  app.advance(30)
  const owner = { account, userId, ...totp }
  return { ...owner, token: (await signInWithTotp(app, owner)).accessToken }
}

export type KeyOwner = Awaited<ReturnType<typeof keyOwner>>

/** Another session, whose step-up is not used up. */
export const freshToken = async (app: App, owner: KeyOwner) =>
  (await signInWithTotp(app, owner)).accessToken

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
