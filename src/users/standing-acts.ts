import { type SQL, sql } from 'drizzle-orm'
import { hasOtherAdmin, isAdmin } from '../identity/accounts/admins'
import type { ActKind } from '../platform/db/admin-schema'
import type { Deps } from '../platform/deps'

/**
 * Whether a waiting act still is what was asked for, as a condition on `pending_acts` under this
 * alias: the admin who asked is one yet and has not recovered the account since, and the account
 * asked about is as it was then (decision 027). What moves either need not know of acts: a stale
 * one is listed nowhere, cannot be used, and is closed by the job when its day comes.
 *
 * An act that takes an admin away is bound to that role alone, or its target could escape by a new
 * password a day. A grant that nobody approves in time is over, as nobody performs it. A scheduled
 * invitation is a sole admin's: a colleague would approve instead.
 */
export function isStandingAct({ now }: Pick<Deps, 'now'>, alias: string): SQL {
  const act = sql.raw(alias)
  return sql`EXISTS (SELECT 1 FROM users AS asked WHERE asked.id = ${act}.user_id
      AND CASE WHEN ${act}.kind IN ('demote_admin', 'disable_admin')
        THEN asked.role = 'admin' AND asked.status <> 'disabled'
        ELSE asked.status = ${act}.user_status AND asked.security_epoch = ${act}.user_epoch
          AND asked.email_key = ${act}.user_email_key END)
    AND ${isAdmin(sql`${act}.requested_by`, sql`officer.security_epoch = ${act}.asker_epoch`)}
    AND (${act}.kind <> 'invite_admin' OR NOT ${hasOtherAdmin(sql`${act}.requested_by`)})
    AND (${act}.kind <> 'grant_admin' OR ${act}.due_at > ${now().getTime()})`
}

/**
 * Two that wait would be two approvals, or two links that stop, of which one may be forgotten.
 */
export const isNotAskedFor = (deps: Pick<Deps, 'now'>, kind: ActKind, userId: SQL) =>
  sql`NOT EXISTS (SELECT 1 FROM pending_acts AS act WHERE act.user_id = ${userId}
    AND act.kind = ${kind} AND act.state = 'waiting' AND ${isStandingAct(deps, 'act')})`

/**
 * The scheduled invitation that waits, if there is one; found by its own index, among all that
 * waits.
 */
export const selectScheduled = sql`SELECT id FROM pending_acts INDEXED BY pending_acts_invite_admin
  WHERE kind = 'invite_admin' AND state = 'waiting'`
