import { env } from 'cloudflare:workers'
import type { App } from './acts'
import { columnOf, insertUser, REASON } from './admins'
import { freshAddress } from './app'

/** What can be done to a list of accounts, and the event of it. */
export const LIST_ACTS = {
  disable: 'user_disabled',
  enable: 'user_enabled',
  unlock: 'user_unlocked',
  'end-sessions': 'sessions_ended',
  'reset-password': 'user_reset_started',
} as const

export type ListAct = keyof typeof LIST_ACTS
export const listActs = Object.keys(LIST_ACTS) as ListAct[]

/** The same act on each account of a list, in one request. */
export const actOnList = (app: App, token: string, name: ListAct, userIds: readonly string[]) =>
  app.send('POST', `/api/admin/users/${name}/`, {
    json: { user_ids: userIds, reason: REASON },
    token,
    ip: freshAddress(),
  })

/**
 * What became of each account of a list: `done`, or the code of its refusal, in the order answered.
 */
export const outcomes = ({ body }: { body: Record<string, unknown> }) =>
  (body['results'] as { user_id: string; status: string; code?: string }[]).map(
    ({ user_id: id, status, code }) => [id, code ?? status] as const,
  )

export const newAdmin = async (app: App) => ({ id: await insertUser(app, 'admin') })

export const customers = (app: App, count: number, extra = '') =>
  Promise.all(Array.from({ length: count }, () => insertUser(app, 'customer', extra)))

export const setUsers = (what: string, ids: readonly string[]) =>
  env.DB.prepare(`UPDATE users SET ${what} WHERE id IN (SELECT value FROM json_each(?))`)
    .bind(JSON.stringify(ids))
    .run()

export const statusesOf = (ids: readonly string[]) =>
  Promise.all(ids.map((id) => columnOf(id, 'status')))

export const eventCount = (event: string, ids: readonly string[]) =>
  env.DB.prepare(
    `SELECT count(*) AS n FROM audit_events WHERE event = ?
     AND user_id IN (SELECT value FROM json_each(?))`,
  )
    .bind(event, JSON.stringify(ids))
    .first<number>('n')
