import { env } from 'cloudflare:workers'
import { runPendingActs } from '../../src/jobs/run-pending-acts'
import type { ActKind } from '../../src/platform/db/admin-schema'
import type { App } from './acts'
import { tokenFor } from './admins'
import { freshAddress } from './app'
import { testDeps } from './test-deps'

export const DAY = 86_400

/** What an admin decides about an act, in a session of its own. */
export const decide = async (
  app: App,
  admin: { id: string },
  how: 'approve' | 'stop',
  actId: unknown,
) =>
  app.post(
    `/api/admin/acts/${String(actId)}/${how}/`,
    {},
    { token: await tokenFor(app, admin), ip: freshAddress() },
  )

export const approve = (app: App, admin: { id: string }, actId: unknown) =>
  decide(app, admin, 'approve', actId)

export const runActs = (app: App) => runPendingActs(testDeps({ now: app.now }))

/** An act that waits, bound to the account as it is; its id. */
export async function insertAct(
  kind: ActKind,
  userId: string,
  { by, dueAt = 1 }: { by: string; dueAt?: number },
): Promise<string> {
  const id = `act_${crypto.randomUUID().replaceAll('-', '').slice(0, 22)}`
  await env.DB.prepare(
    `INSERT INTO pending_acts (id, kind, user_id, requested_by, reason, created_at, due_at, state,
       role, user_status, user_epoch, user_email_key, asker_epoch)
     SELECT ?1, ?2, id, ?3, 'lost', 0, ?4, 'waiting',
       CASE ?2 WHEN 'grant_admin' THEN 'admin' WHEN 'demote_admin' THEN 'customer' END,
       status, security_epoch, email_key, (SELECT security_epoch FROM users WHERE id = ?3)
     FROM users WHERE id = ?5`,
  )
    .bind(id, kind, by, dueAt, userId)
    .run()
  return id
}

/** Acts of an account by id, kind and state, the oldest first. */
export const actsOf = async (userId: string) =>
  (
    await env.DB.prepare(
      'SELECT id, kind, state, decided_by FROM pending_acts WHERE user_id = ? ORDER BY created_at',
    )
      .bind(userId)
      .run<{ id: string; kind: string; state: string; decided_by: string | null }>()
  ).results

/** What the audit log says of an account, by events whose name is like this. */
export const eventsLike = async (userId: string, like: string) =>
  (
    await env.DB.prepare(
      'SELECT event, actor, data FROM audit_events WHERE user_id = ? AND event LIKE ? ORDER BY id',
    )
      .bind(userId, like)
      .run<{ event: string; actor: string; data: string }>()
  ).results.map(({ data, ...event }) => ({
    ...event,
    data: JSON.parse(data) as Record<string, unknown>,
  }))
