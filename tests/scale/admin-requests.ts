import { env } from 'cloudflare:workers'
import type { Role } from '../../src/platform/db/schema'
import { addTotp } from '../support/acts'
import { REASON } from '../support/admins'
import { act, setUser } from './prepare'
import { queriesOf, recent } from './queries'
import type { Prepared, Way, World } from './world'

/** Accounts of an act on a list. */
const MANY = 100

const onOther =
  (assignment: string, role?: 'admin') =>
  async ({ other }: World): Promise<Prepared> => {
    const id = await other(role)
    await setUser(id, assignment)
    return { params: { id } }
  }

const changeRole =
  (from: Role, role: Role): Way =>
  async ({ other }) => ({ params: { id: await other(from) }, json: { role, reason: REASON } })

/** As many accounts as an act takes, in the state that it is for. */
const ofMany =
  (from: number, assignment = 'status = status') =>
  async (): Promise<Prepared> => {
    const { results } = await env.DB.prepare(
      `UPDATE users SET ${assignment} WHERE id IN (SELECT id FROM users WHERE role = 'customer'
         AND status = 'active' AND frozen_at IS NULL AND erasure_due_at IS NULL
         ORDER BY created_at LIMIT ${MANY} OFFSET ${from}) RETURNING id`,
    ).run<{ id: string }>()
    return { json: { user_ids: results.map(({ id }) => id), reason: REASON } }
  }

/** Of the routes of admins. */
export const requests: Readonly<Record<string, Way | readonly Way[]>> = {
  'PATCH /api/admin/users/:id{usr_[A-Za-z0-9_-]+}': [
    changeRole('customer', 'merchant'),
    changeRole('customer', 'admin'),
    changeRole('admin', 'customer'),
  ],
  'POST /api/admin/users/:id/disable': [
    onOther('locale = locale'),
    onOther('locale = locale', 'admin'),
  ],
  'POST /api/admin/acts/:act/approve': (
    ['disable_admin', 'demote_admin', 'grant_admin'] as const
  ).map((kind) => async (world: World) => act(world, kind)),
  'POST /api/admin/acts/:act/stop': async (world) => act(world, 'demote_admin'),
  'POST /api/admin/users/:id/grants/:act/approve': async (world) => act(world, 'grant_admin'),
  'POST /api/admin/users/:id/enable': onOther(`status = 'disabled'`),
  'POST /api/admin/users/:id/remove-factors': async (world) => {
    const id = await world.other()
    await addTotp(world.app, (await world.session(id)).accessToken)
    return { params: { id } }
  },
  'POST /api/admin/users/disable': ofMany(0),
  'POST /api/admin/users/enable': ofMany(MANY, `status = 'disabled'`),
  'POST /api/admin/users/unlock': ofMany(2 * MANY),
  'POST /api/admin/users/end-sessions': ofMany(3 * MANY),
  'POST /api/admin/users/reset-password': ofMany(4 * MANY),
  'GET /api/admin/audit/export': async ({ facet }) => {
    const [all = {}, ...others] = queriesOf(facet.query)
    return Promise.resolve({ queries: [all, ...others.map((query) => ({ ...recent, ...query }))] })
  },
  'GET /api/admin/audit/proof': async () =>
    Promise.resolve({
      queries: [
        { event: '1' },
        { event: '40000' },
        { event: '30000', size: '40000' },
        { first: '1' },
        { first: '30000', second: '40000' },
      ],
    }),
}
