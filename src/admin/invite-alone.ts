import { desc, type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomId, randomToken, sha256 } from '../crypto/token'
import { adminAppointments, pendingActs } from '../db/admin-schema'
import { batch } from '../db/batch'
import { insertFrom } from '../db/insert-where'
import { mailedTokens, users } from '../db/schema'
import { insertWaiting, waitingMail } from '../email/enqueue'
import { maskAddress } from '../email/header-safety'
import { problem } from '../problems'
import { isSoleAdmin } from '../roles/admins'
import type { CurrentSession } from '../sessions/find-session'
import { BY_SYSTEM } from '../users/invitation'
import { invitationMail, issueInvitation } from '../users/invite-user'
import { mailedLink } from '../users/mailed-link'
import { type Owner, ownerColumns, ownerNotices } from '../users/notify-owner'

/** How long everyone who has been an admin can stop it: long enough for a holiday. */
const DELAY_MS = 7 * 86_400_000
/** Former admins who are told; of more, those who have signed in last. */
const TOLD = 50

/** An invitation of an admin that waits for its day. */
export type ScheduledInvitation = Readonly<{ actId: string; dueAt: Date }>

/** The scheduled invitation that waits, if there is one; found by its own index, among all that waits. */
export const selectScheduled = sql`SELECT id FROM pending_acts INDEXED BY pending_acts_invite_admin
  WHERE kind = 'invite_admin' AND state = 'waiting'`

/**
 * Schedules the invitation of an admin by a sole admin who has had colleagues and so might be an
 * intruder who got rid of them: in seven days, unless the admin or a former one stops it by the link
 * that is mailed to each. One waits at a time, so a flood of them does not tire those who must stop it.
 * `mine` is the invited account, and `statements` go into the batch that makes it.
 */
export async function scheduleAlone(
  deps: Deps,
  session: CurrentSession,
  { email, mine }: { email: string; mine: SQL },
) {
  const { db } = deps
  const [other] = await db
    .select({ id: pendingActs.id })
    .from(pendingActs)
    .where(sql`id IN (${selectScheduled})`)
  // Before the batch, which would use the step-up up for nothing.
  if (other) throw problem('already_scheduled')
  const scheduled = { actId: randomId('act'), dueAt: new Date(deps.now().getTime() + DELAY_MS) }
  const { actId, dueAt } = scheduled
  const isMade = sql`EXISTS (SELECT 1 FROM pending_acts WHERE id = ${actId})`
  const statements = {
    scheduledAct: insertAct(deps, session, { ...scheduled, mine }),
    scheduledEvent: recordEvent(
      deps,
      {
        event: 'user_invitation_scheduled',
        userId: sql`(SELECT id ${mine})`,
        actor: session.user.id,
        sessionId: session.id,
        data: { role: 'admin', act: actId, due_at: dueAt.toISOString() },
      },
      isMade,
    ),
    ...(await announce(deps, session, { ...scheduled, email }, isMade)),
  }
  return {
    scheduled,
    statements,
    isPossible: sql`${isSoleAdmin(session.user.id)} AND NOT EXISTS (${selectScheduled})`,
  }
}

/** The statement that inserts the act, bound to the account as it is at this point of the batch. */
const insertAct = (
  { db, now }: Pick<Deps, 'db' | 'now'>,
  session: CurrentSession,
  { actId, dueAt, mine }: ScheduledInvitation & { mine: SQL },
) =>
  insertFrom(
    db,
    pendingActs,
    {
      id: actId,
      kind: 'invite_admin',
      userId: sql`id`,
      requestedBy: session.user.id,
      reason: 'invited as an admin',
      createdAt: now().getTime(),
      dueAt: dueAt.getTime(),
      state: 'waiting',
      role: 'admin',
      userStatus: sql`status`,
      userEpoch: sql`security_epoch`,
      userEmailKey: sql`email_key`,
    },
    mine,
  )

/**
 * The statements that tell all who have ever been admins, whatever they are now, the one who asked
 * among them: each has a stop link of their own, for the session that asks may be a stolen one.
 */
async function announce(
  deps: Deps,
  session: CurrentSession,
  { actId, dueAt, email }: ScheduledInvitation & { email: string },
  when: SQL,
) {
  const told = (await findTold(deps, session)).map((owner) => ({ owner, token: randomToken() }))
  const contact = deps.settings.SECURITY_CONTACT.replace(/^mailto:/, '')
  const facts = { address: maskAddress(email), dueAt, contact, time: deps.now() }
  const mails = await Promise.all(
    told.map(({ owner, token }) => {
      const data = { link: mailedLink(deps, 'stop-invitation', token), ...facts }
      const expiresAt = dueAt.getTime()
      return ownerNotices(deps, owner, { template: 'admin_invitation_scheduled', data, expiresAt })
    }),
  )
  const links = told.map(({ owner, token }) => ({ hash: sha256(token), user: owner.id }))
  return {
    stopLinks: insertFrom(
      deps.db,
      mailedTokens,
      {
        tokenHash: sql`link.value ->> 'hash'`,
        userId: sql`users.id`,
        purpose: 'stop_act',
        data: sql`json_object('act', ${actId})`,
        expiresAt: dueAt.getTime(),
      },
      sql`FROM json_each(${JSON.stringify(links)}) AS link
        CROSS JOIN users ON users.id = link.value ->> 'user' WHERE ${when}`,
    ),
    stopMails: insertWaiting(deps, mails.flat(), when),
  }
}

/**
 * Those who are told. An address that was never confirmed may be a stranger's. `CROSS JOIN` reads the
 * users of the few appointments, never all of them.
 */
const findTold = ({ db }: Pick<Deps, 'db'>, session: CurrentSession): Promise<Owner[]> =>
  db
    .select(ownerColumns)
    .from(adminAppointments)
    .crossJoin(users)
    .where(sql`${users.id} = ${adminAppointments.userId} AND ${users.emailVerifiedAt} IS NOT NULL`)
    .orderBy(sql`${users.id} <> ${session.user.id}`, desc(users.lastLoginAt))
    .limit(TOLD)

/**
 * Whether a scheduled invitation, a row of `pending_acts` by this alias, may still be sent: its admin
 * still is the sole one, and the account is what was asked about. A colleague approves instead.
 */
export const mayBeSent = (act: string) => {
  const column = (name: string) => sql.raw(`${act}.${name}`)
  return sql`(${isSoleAdmin(column('requested_by'))} AND EXISTS (
    SELECT 1 FROM users AS invited WHERE invited.id = ${column('user_id')}
    AND invited.status = ${column('user_status')}
    AND invited.security_epoch = ${column('user_epoch')}
    AND invited.email_key = ${column('user_email_key')}))`
}

/** Sends a scheduled invitation whose day has come, in one batch with its mail. */
export async function sendScheduled(
  deps: Deps,
  { id, requestedBy, owner }: { id: string; requestedBy: string; owner: Owner },
): Promise<void> {
  const { db } = deps
  const { id: userId, email, locale } = owner
  const isDue = sql`EXISTS (SELECT 1 FROM pending_acts AS act WHERE act.id = ${id}
    AND act.state = 'waiting' AND act.due_at <= ${deps.now().getTime()} AND ${mayBeSent('act')})`
  const token = randomToken()
  const link = { token, role: 'admin', by: BY_SYSTEM, requestedBy } as const
  const mail = invitationMail(deps, { email, locale, token, userId, role: 'admin' })
  const data = { role: 'admin', act: id, requested_by: requestedBy }
  await batch(db, {
    event: recordEvent(deps, { event: 'user_invited', userId, actor: 'system', data }, isDue),
    issued: issueInvitation(deps, link, sql`FROM users WHERE id = ${userId} AND ${isDue}`),
    mails: insertWaiting(deps, [await waitingMail(deps, mail)], isDue),
    // The last to change, so that all before it see it waiting.
    act: db
      .update(pendingActs)
      .set({ state: 'done', decidedBy: 'system', decidedAt: deps.now() })
      .where(sql`id = ${id} AND ${isDue}`),
  })
}
