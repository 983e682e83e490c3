import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { users } from '../db/schema'
import { problem } from '../problems'
import { hasOtherAdmin } from '../roles/admins'
import type { CurrentSession } from '../sessions/find-session'
import type { Role } from '../sessions/lifetimes'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import {
  insertInvited,
  INVITATION_MS,
  isAddressTaken,
  issueInvitation,
  mailInvitation,
  newInvited,
} from '../users/invite-user'
import { grantNotices, newGrant, requestGrant, type WaitingGrant } from './request-grant'

export type Invitation = Readonly<{ userId: string }> &
  (Readonly<{ expiresAt: Date }> | Readonly<{ grant: WaitingGrant }>)

/**
 * Makes an account and mails an invitation to its owner, who sets the password; no admin ever does. To
 * invite an admin another admin has to approve, and the mail goes out then. While there is no other one,
 * nobody could: that one admin may invite a second alone (decision 013).
 */
export async function invite(
  deps: Deps,
  session: CurrentSession,
  input: { email: string; role: Role; locale: string | undefined },
): Promise<Invitation> {
  const { email, role, locale } = input
  // Before the batch, which would use the step-up up for nothing.
  if (await isAddressTaken(deps, email)) throw problem('address_taken')
  const { db } = deps
  const actor = session.user.id
  const invited = await newInvited(deps, email, locale)
  const { mine, token } = invited
  const isMade = sql`EXISTS (SELECT 1 ${mine})`
  const needsApproval = role === 'admin' ? hasOtherAdmin(actor) : sql`false`
  const grant = newGrant(deps)
  const userId = sql`(SELECT id ${mine})`
  const reason = 'invited as an admin'
  const mails =
    role === 'admin' ? await grantNotices(deps, session, { ...grant, email, reason }) : []
  const {
    account: [account],
    issued: [issued],
    used,
  } = await batch(db, {
    ...insertInvited(deps, invited, maySensitively(deps, session)),
    account: db
      .select({ id: users.id })
      .from(users)
      .where(sql`id = ${userId}`),
    invitedEvent: recordEvent(
      deps,
      { event: 'user_invited', userId, actor, sessionId: session.id, data: { role } },
      isMade,
    ),
    issued: issueInvitation(
      deps,
      { token, role, by: actor },
      sql`${mine} AND NOT ${needsApproval}`,
    ),
    ...requestGrant(
      deps,
      session,
      { ...grant, userId, reason, mails },
      sql`${isMade} AND ${needsApproval}`,
    ),
    used: useStepUp(deps, session),
  })
  requireUsed(used)
  if (!account) throw problem('address_taken', { reason: 'confirmed meanwhile' })
  if (!issued) return { userId: account.id, grant }
  await mailInvitation(deps, { ...invited, userId: account.id, role })
  return { userId: account.id, expiresAt: new Date(deps.now().getTime() + INVITATION_MS) }
}
