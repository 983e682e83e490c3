import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { invitationMail, issueInvitation } from '../../identity/accounts/invite-user'
import { type Notice, ownerNotices } from '../../identity/accounts/notify-owner'
import { changeStatements } from '../../identity/approvals/change-statements'
import { dropOrphanedCodes } from '../../identity/factors/strong-factors'
import { recordEvent } from '../../platform/audit/record'
import { randomToken } from '../../platform/crypto/token'
import type { ActKind } from '../../platform/db/admin-schema'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import { users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { insertWaiting, waitingMail } from '../../platform/email/enqueue'
import type { WaitingAct } from './waiting-act'

/** Who does it: a user id or `system`, and in which session. */
export type Actor = Readonly<{ actor: string; sessionId: string | null }>
export type ActDeps = Pick<Deps, 'db' | 'now' | 'caller' | 'settings'>

/** The statements of an act and of its mails: nothing happens where `isMine` does not hold. */
type Perform = (
  deps: ActDeps,
  act: WaitingAct,
  by: Actor,
  isMine: SQL,
) => Promise<Readonly<Record<string, BatchItem<'sqlite'> | undefined>>>

type Kind = Readonly<{
  /** Another admin's approval does it at once. */
  isApproved: boolean
  perform: Perform
}>

const kinds: Readonly<Record<ActKind, Kind>> = {
  grant_admin: { isApproved: true, perform: grant },
  demote_admin: { isApproved: true, perform: giveRole },
  disable_admin: { isApproved: true, perform: disable },
  remove_factors: { isApproved: false, perform: removeFactors },
  invite_admin: { isApproved: false, perform: sendInvitation },
}

export const actKindOf = ({ kind }: Pick<WaitingAct, 'kind'>): Kind => kinds[kind]

const eventData = ({ id, requestedBy }: WaitingAct) => ({ act: id, requested_by: requestedBy })

/** An account in use becomes an admin's; for an invited one the invitation is sent. */
function grant(deps: ActDeps, act: WaitingAct, by: Actor, isMine: SQL) {
  return (act.user.status === 'pending' ? sendInvitation : giveRole)(deps, act, by, isMine)
}

async function sendInvitation(deps: ActDeps, act: WaitingAct, by: Actor, isMine: SQL) {
  const { user, requestedBy } = act
  const { actor } = by
  const invited = { ...user, userId: user.id, token: randomToken(), role: 'admin' } as const
  const data = { role: 'admin', ...eventData(act) }
  return {
    event: recordEvent(deps, { event: 'user_invited', userId: user.id, ...by, data }, isMine),
    issued: issueInvitation(
      deps,
      { ...invited, by: actor, requestedBy },
      sql`FROM users WHERE id = ${user.id} AND ${isMine}`,
    ),
    mails: insertWaiting(deps, [await waitingMail(deps, invitationMail(deps, invited))], isMine),
  }
}

async function giveRole(deps: ActDeps, act: WaitingAct, by: Actor, isMine: SQL) {
  const { user, reason } = act
  const role = act.role ?? user.role
  const time = deps.now()
  const notice: Notice =
    role === 'admin'
      ? { template: 'admin_granted', data: { time } }
      : { template: 'role_changed', data: { role, reason, time } }
  const change = {
    event: 'user_role_changed',
    data: { from: user.role, to: role, ...eventData(act) },
    set: { role },
    when: sql`true`,
  } as const
  return {
    ...changeStatements(deps, by, user, change, isMine),
    mails: insertWaiting(deps, await ownerNotices(deps, user, notice), isMine),
  }
}

async function disable(deps: ActDeps, act: WaitingAct, by: Actor, isMine: SQL) {
  const { user, reason } = act
  const data = { reason, time: deps.now() }
  const notice = { template: 'account_disabled', data } as const
  const change = {
    event: 'user_disabled',
    data: eventData(act),
    set: { status: 'disabled' },
    when: sql`true`,
  } as const
  return {
    ...changeStatements(deps, by, user, change, isMine),
    mails: insertWaiting(deps, await ownerNotices(deps, user, notice), isMine),
  }
}

async function removeFactors(deps: ActDeps, act: WaitingAct, { actor }: Actor, isMine: SQL) {
  const { db } = deps
  const { user } = act
  const userId = user.id
  const mine = sql`user_id = ${userId} AND ${isMine}`
  const notice = { template: 'factors_removed', data: { time: deps.now() } } as const
  return {
    event: recordEvent(
      deps,
      { event: 'user_factors_removed', userId, actor, data: { act: act.id } },
      isMine,
    ),
    apps: db.delete(totpAuthenticators).where(mine),
    codes: dropOrphanedCodes(deps, userId),
    sessions: db.delete(sessions).where(mine),
    epoch: db
      .update(users)
      .set({ securityEpoch: sql`security_epoch + 1` })
      .where(sql`id = ${userId} AND ${isMine}`),
    mails: insertWaiting(deps, await ownerNotices(deps, user, notice), isMine),
  }
}
