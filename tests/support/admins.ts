import { env } from 'cloudflare:workers'
import type { Role } from '../../src/platform/db/schema'
import { openSession } from './accounts'
import { type App, withTotp } from './acts'
import { type Account, freshAddress } from './app'
import { userIdOf } from './rows-of'

const APP = { secondFactor: 'totp' } as const

/** What an admin says in the tests of administration. */
export const REASON = 'Asked for by phone'

/** An admin with an authenticator app, signed in with it. */
export async function hasAdmin(app: App) {
  const user = await withTotp(app, 'admin')
  const { accessToken, sessionId } = await openSession(app.deps(), user.userId, APP)
  return { ...user, id: user.userId, appId: user.id, accessToken, sessionId }
}

/** A user of a role; `extra` is an assignment to columns of its row. */
export async function insertUser(app: App, role: Role, extra = ''): Promise<string> {
  const id = await userIdOf(await app.hasAccount({ role }))
  if (extra) await env.DB.prepare(`UPDATE users SET ${extra} WHERE id = ?`).bind(id).run()
  return id
}

/**
 * The only admins in the whole system, and all that there ever were: of an admin who once had a
 * colleague, insert that one's `admin_appointments` afterwards.
 */
export async function onlyAdmins<const Names extends readonly string[]>(
  app: App,
  ...names: Names
): Promise<Record<Names[number], { id: string }>> {
  await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()
  await env.DB.prepare('DELETE FROM admin_appointments').run()
  const entries = names.map(async (name) => [name, { id: await insertUser(app, 'admin') }])
  return Object.fromEntries(await Promise.all(entries)) as Record<Names[number], { id: string }>
}

/**
 * An access token of a new session, by default one that an app's code has opened. Each act uses its
 * step-up up.
 */
export const tokenFor = async (
  app: App,
  { id }: { id: string },
  secondFactor: 'email' | 'totp' = 'totp',
) => (await openSession(app.deps(), id, { secondFactor })).accessToken

/** One act of an admin on a user, in a session of its own. */
export async function act(
  app: App,
  admin: { id: string },
  path: string,
  json: Record<string, unknown> = {},
  method = 'POST',
) {
  const token = await tokenFor(app, admin)
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
  const token = await tokenFor(app, admin)
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

/**
 * Ends everybody's sessions, at the word of an admin in a session of its own unless one is given.
 */
export async function endAll(app: App, admin: { id: string }, token?: string) {
  const used = token ?? (await tokenFor(app, admin))
  const json = { reason: REASON, everyone: true }
  const answer = await app.send('POST', '/api/admin/end-sessions/', {
    json,
    token: used,
    ip: freshAddress(),
  })
  return { ...answer, token: used }
}

/** As if nobody had ever been an admin: a test that begins with its own. */
export const forgetAdmins = () =>
  env.DB.batch([
    env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`),
    env.DB.prepare('DELETE FROM admin_appointments'),
    env.DB.prepare(`DELETE FROM pending_acts WHERE kind = 'invite_admin'`),
  ])
