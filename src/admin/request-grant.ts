import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { SealedText } from '../audit/text'
import type { Deps } from '../context'
import { randomId } from '../crypto/token'
import { pendingActs } from '../db/admin-schema'
import { insertWhere } from '../db/insert-where'
import { insertWaiting, type WaitingMail } from '../email/enqueue'
import { maskAddress } from '../email/header-safety'
import type { CurrentSession } from '../sessions/find-session'
import { maySensitively } from '../sessions/step-up'
import { adminNotices } from './notify-admins'

/** How long a second admin has to approve. */
const APPROVAL_MS = 86_400_000

/** A grant that waits for another admin. */
export type WaitingGrant = Readonly<{ actId: string; approveBefore: Date }>

export const newGrant = ({ now }: Pick<Deps, 'now'>): WaitingGrant => ({
  actId: randomId('act'),
  approveBefore: new Date(now().getTime() + APPROVAL_MS),
})

/** Two that wait would be two approvals, of which one may be forgotten. */
export const isNotAskedFor = ({ now }: Pick<Deps, 'now'>, userId: SQL) => sql`NOT EXISTS (
  SELECT 1 FROM pending_acts WHERE user_id = ${userId} AND kind = 'grant_admin'
  AND state = 'waiting' AND due_at > ${now().getTime()})`

/**
 * The statements that ask for a second admin, if `when` holds, and tell the others: a day in which
 * one can approve is none while nobody knows of it. `asked` returns a row.
 */
export function requestGrant(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  grant: WaitingGrant & {
    userId: SQL
    reason: string
    /** The reason, where it is an admin's words. */
    text?: SealedText | undefined
    mails: readonly WaitingMail[]
  },
  when: SQL,
) {
  const { userId, reason, text, actId, approveBefore, mails } = grant
  const may = sql`${maySensitively(deps, session)} AND ${when}`
  const isMade = sql`EXISTS (SELECT 1 FROM pending_acts WHERE id = ${actId})`
  const actor = session.user.id
  const now = deps.now().getTime()
  return {
    asked: insertWhere(
      deps.db,
      pendingActs,
      {
        id: actId,
        kind: 'grant_admin',
        userId,
        requestedBy: actor,
        reason,
        createdAt: now,
        dueAt: approveBefore.getTime(),
        state: 'waiting',
        role: 'admin',
      },
      may,
    ).returning({ id: pendingActs.id }),
    askedEvent: recordEvent(
      deps,
      {
        event: 'user_role_requested',
        userId,
        actor,
        sessionId: session.id,
        data: { role: 'admin', act: actId },
        text,
      },
      isMade,
    ),
    askedMails: insertWaiting(deps, mails, isMade),
  }
}

/** The mails to the other admins, of whom one must approve. */
export function grantNotices(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller' | 'patience'>,
  session: CurrentSession,
  { email, reason, approveBefore }: WaitingGrant & { email: string; reason: string },
): Promise<WaitingMail[]> {
  const data = { address: maskAddress(email), reason, approveBefore, time: deps.now() }
  const notice = { template: 'admin_grant_waiting', data } as const
  return adminNotices(deps, notice, { but: session.user.id })
}
