import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { INVITATION_MS, type Invited, issueInvitation } from '../identity/accounts/invite-user'
import { recordEvent } from '../platform/audit/record'
import type { Role } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import type { CurrentSession } from '../sessions/find-session'
import type { ScheduledAct } from './ask-for-act'
import type { WaitingGrant } from './request-grant'

export type Asked = Readonly<{ session: CurrentSession; invited: Invited; role: Role }>

/** What an invitation waits for. */
export type Way = Readonly<{
  /** What must hold of the admins, or nothing is made. */
  isPossible: SQL
  statements: Readonly<Record<string, BatchItem<'sqlite'>>>
  /** What the answer says of it, once it is made. */
  answer: Readonly<{ expiresAt: Date }> | { grant: WaitingGrant } | { scheduled: ScheduledAct }
  /** Refuses where that did not hold any more. */
  refuse?: () => Promise<never>
}>

/** `by`: in whose name, if the admin is not the only one who answers for it. */
export function atOnce(
  deps: Deps,
  { session, invited, role }: Asked,
  isPossible: SQL,
  by = session.user.id,
): Way & { isMade: SQL } {
  const actor = session.user.id
  const { mine, token } = invited
  const isMade = sql`EXISTS (SELECT 1 ${mine})`
  const link = { token, role, by, ...(by !== actor && { requestedBy: actor }) }
  return {
    isPossible,
    isMade,
    statements: {
      invitedEvent: invitedEvent(deps, { session, invited, role }),
      issued: issueInvitation(deps, link, mine),
    },
    answer: { expiresAt: new Date(deps.now().getTime() + INVITATION_MS) },
  }
}

export const invitedEvent = (deps: Deps, { session, invited: { mine }, role }: Asked) =>
  recordEvent(
    deps,
    {
      event: 'user_invited',
      userId: sql`(SELECT id ${mine})`,
      actor: session.user.id,
      sessionId: session.id,
      data: { role },
    },
    sql`EXISTS (SELECT 1 ${mine})`,
  )
