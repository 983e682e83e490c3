import { env } from 'cloudflare:workers'
import { createDeps } from '../../src/context'
import { randomId } from '../../src/crypto/token'
import { accessTokenFor } from '../../src/sessions/access-token'
import { assuranceOf } from '../../src/sessions/assurance'
import type { Role } from '../../src/sessions/lifetimes'
import { type Account, freshAddress } from './app'
import { type App, signInWithTotp, withTotp } from './acts'
import { setUser } from './recovery'
import { userIdOf } from './rows-of'

/** What an admin says in the tests of administration. */
export const REASON = 'Asked for by phone'

/** An admin with an authenticator app, signed in with it. */
export async function hasAdmin(app: App) {
  const user = await withTotp(app)
  await setUser(user.account, `role = 'admin'`)
  const { accessToken, sessionId } = await signInWithTotp(app, user)
  const id = await userIdOf(user.account)
  return { ...user, id, appId: user.id, accessToken, sessionId }
}

/** A user of a role, made in the database, since a test of many needs no mails. */
export async function insertUser(app: App, role: Role, extra = ''): Promise<string> {
  const id = randomId('usr')
  const email = `${id.toLowerCase().replace(/[^a-z0-9]/g, 'x')}@example.org`
  await env.DB.prepare(
    `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at, email_verified_at)
     VALUES (?1, ?2, ?2, ?3, 'active', 'x', ?4, ?4)`,
  )
    .bind(id, email, role, app.now().getTime())
    .run()
  if (extra) await env.DB.prepare(`UPDATE users SET ${extra} WHERE id = ?`).bind(id).run()
  return id
}

/** A session of a user, as a login would have opened it, and an access token of it. */
export async function openSession(
  app: App,
  user: { id: string; role: Role },
  second: 'email' | 'totp' = 'totp',
): Promise<string> {
  const id = randomId('ses')
  const authTime = app.now()
  const ms = authTime.getTime()
  await env.DB.prepare(
    `INSERT INTO sessions (user_id, id, transport, secret_hash, first_factor, second_factor,
       auth_time, created_at, last_used_at, expires_at, ip, stepped_up_at)
     VALUES (?1, ?2, 'bearer', ?2, 'pwd', ?3, ?4, ?4, ?4, ?5, '10.0.0.1', ?4)`,
  )
    .bind(user.id, id, second, ms, ms + 3_600_000)
    .run()
  const deps = { ...createDeps(env, () => {}), now: app.now }
  const session = { id, user, authTime, ...assuranceOf('pwd', second) }
  return (await accessTokenFor(deps, session)).token
}

/** A fresh session of an admin for one act: each act uses its step-up up. */
export const freshToken = (app: App, admin: { id: string }) =>
  openSession(app, { id: admin.id, role: 'admin' })

/** One act of an admin on a user, in a session of its own. */
export async function act(
  app: App,
  admin: { id: string },
  path: string,
  json: Record<string, unknown> = {},
  method = 'POST',
) {
  const token = await freshToken(app, admin)
  return app.send(method, `/api/admin/users/${path}`, {
    json: { reason: REASON, ...json },
    token,
    ip: freshAddress(),
  })
}

export const changeRole = (app: App, admin: { id: string }, userId: string, role: Role) =>
  act(app, admin, userId, { role }, 'PATCH')

export const columnOf = async (userId: string, column: string) =>
  (
    await env.DB.prepare(`SELECT ${column} AS value FROM users WHERE id = ?`)
      .bind(userId)
      .first<{ value: unknown }>()
  )?.value

/** Invites an address as an admin; the whole answer. */
export async function inviteUser(
  app: App,
  admin: { id: string },
  invitation: Record<string, unknown>,
) {
  const token = await freshToken(app, admin)
  return app.post('/api/users/create/', invitation, { token, ip: freshAddress() })
}

export const acceptInvitation = (
  app: App,
  token: string,
  { password, username }: Pick<Account, 'password'> & { username?: string },
) =>
  app.post(
    '/api/users/accept-invitation/',
    { token, password, ...(username !== undefined && { username }) },
    { ip: freshAddress() },
  )
