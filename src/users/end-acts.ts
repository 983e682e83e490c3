import { type SQL, sql } from 'drizzle-orm'
import type { AuditEventName } from '../platform/audit/events'
import { recordEvent } from '../platform/audit/record'
import { type ActKind, pendingActs } from '../platform/db/admin-schema'
import type { Deps } from '../platform/deps'
import { insertWaiting, type WaitingMail } from '../platform/email/enqueue'

/** What the audit log says when an act is asked for, and when it is stopped. */
export const actEvents = {
  grant_admin: { asked: 'user_role_requested', stopped: 'user_role_request_stopped' },
  invite_admin: { asked: 'user_invitation_scheduled', stopped: 'user_invitation_stopped' },
  demote_admin: { asked: 'user_role_requested', stopped: 'user_role_request_stopped' },
  disable_admin: { asked: 'user_disable_requested', stopped: 'user_disable_request_stopped' },
  remove_factors: {
    asked: 'user_factor_removal_scheduled',
    stopped: 'user_factor_removal_stopped',
  },
} as const satisfies Record<ActKind, Record<'asked' | 'stopped', AuditEventName>>

type Stopped = Readonly<{ id: string; kind: ActKind; userId: string }>
type Who = Readonly<{ by: string; sessionId?: string; mails?: readonly WaitingMail[] }>

/**
 * The statements that stop an act, if it still waits and `when` holds, record it, and tell of it
 * (stopped-notices.ts); `stopped` returns a row then.
 */
export function endAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  { id, kind, userId }: Stopped,
  { by, sessionId, mails = [] }: Who,
  when: SQL,
) {
  const isWaiting = sql`id = ${id} AND state = 'waiting' AND ${when}`
  const isStopped = sql`EXISTS (SELECT 1 FROM pending_acts WHERE ${isWaiting})`
  return {
    stoppedEvent: recordEvent(
      deps,
      {
        event: actEvents[kind].stopped,
        userId,
        actor: by,
        sessionId: sessionId ?? null,
        data: { act: id },
      },
      isStopped,
    ),
    stoppedMails: mails.length > 0 ? insertWaiting(deps, mails, isStopped) : undefined,
    stopped: deps.db
      .update(pendingActs)
      .set({ state: 'stopped', decidedBy: by, decidedAt: deps.now() })
      .where(isWaiting)
      .returning({ id: pendingActs.id }),
  }
}
