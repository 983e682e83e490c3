import { desc, type SQL, sql } from 'drizzle-orm'
import { isSoleAdmin } from '../../identity/accounts/admins'
import { mailedLink } from '../../identity/accounts/mailed-link'
import { type Owner, ownerColumns, ownerNotices } from '../../identity/accounts/notify-owner'
import { askStatements, newAct, type ScheduledAct } from '../../identity/approvals/ask-for-act'
import { selectScheduled } from '../../identity/approvals/standing-acts'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { randomToken } from '../../platform/crypto/token'
import { adminAppointments, pendingActs } from '../../platform/db/admin-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { maskAddress } from '../../platform/email/header-safety'
import { problem } from '../../platform/problems'
import { DAY_MS } from '../../platform/time'

/** How long everyone who has been an admin can stop it: long enough for a holiday. */
const DELAY_MS = 7 * DAY_MS
const STOP_FIRST = 'GET /api/admin/acts/ lists it. Stop it before you ask for another.'
/** Former admins who are told; of more, those who have signed in last. */
const TOLD = 50

/**
 * Schedules the invitation of an admin by a sole admin who has had colleagues and so might be an
 * intruder who got rid of them: in seven days, unless the admin or a former one stops it by the
 * link that is mailed to each. One waits at a time, so a flood of them does not tire those who must
 * stop it. `mine` is the invited account, and `statements` go into the batch that makes it.
 */
export async function scheduleAlone(
  deps: Deps,
  session: CurrentSession,
  { email, mine }: { email: string; mine: SQL },
) {
  const [other] = await deps.db
    .select({ id: pendingActs.id })
    .from(pendingActs)
    .where(sql`id IN (${selectScheduled})`)
  // Before the batch, which would use the step-up up for nothing.
  if (other) throw problem('already_scheduled', { detail: STOP_FIRST })
  const scheduled = newAct(deps, DELAY_MS)
  const act = {
    ...scheduled,
    kind: 'invite_admin',
    role: 'admin',
    reason: 'invited as an admin',
    userId: sql`(SELECT id ${mine})`,
    ...(await announce(deps, session, { ...scheduled, email })),
  } as const
  return {
    scheduled,
    statements: askStatements(deps, session, act, sql`EXISTS (SELECT 1 ${mine})`),
    isPossible: sql`${isSoleAdmin(session.user.id)} AND NOT EXISTS (${selectScheduled})`,
  }
}

/**
 * The mails that tell all who have ever been admins, whatever they are now, the one who asked among
 * them: each has a stop link of their own, for the session that asks may be a stolen one.
 */
async function announce(
  deps: Deps,
  session: CurrentSession,
  { dueAt, email }: ScheduledAct & { email: string },
) {
  const told = (await findTold(deps, session)).map((owner) => ({ owner, token: randomToken() }))
  const contact = deps.settings.SECURITY_CONTACT.replace(/^mailto:/, '')
  const [address, askedBy] = [maskAddress(email), maskAddress(session.user.email)]
  const facts = { address, askedBy, dueAt, contact, time: deps.now() }
  const mails = await Promise.all(
    told.map(({ owner, token }) => {
      const data = { link: mailedLink(deps, 'stop-invitation', token), ...facts }
      const expiresAt = dueAt.getTime()
      return ownerNotices(deps, owner, { template: 'admin_invitation_scheduled', data, expiresAt })
    }),
  )
  const stopLinks = told.map(({ owner, token }) => ({ userId: owner.id, token }))
  return { mails: mails.flat(), stopLinks }
}

/**
 * Those who are told. An address that was never confirmed may be a stranger's. `CROSS JOIN` reads
 * the users of the few appointments, never all of them.
 */
const findTold = ({ db }: Pick<Deps, 'db'>, session: CurrentSession): Promise<Owner[]> =>
  db
    .select(ownerColumns)
    .from(adminAppointments)
    .crossJoin(users)
    .where(sql`${users.id} = ${adminAppointments.userId} AND ${users.emailVerifiedAt} IS NOT NULL`)
    .orderBy(sql`${users.id} <> ${session.user.id}`, desc(users.lastLoginAt))
    .limit(TOLD)
