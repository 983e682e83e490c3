import { type SQL, sql } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import type { SealedText } from '../../platform/audit/text'
import { randomId, sha256 } from '../../platform/crypto/token'
import { type ActKind, pendingActs } from '../../platform/db/admin-schema'
import { batch } from '../../platform/db/batch'
import { insertFrom } from '../../platform/db/insert-where'
import type { Role } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { insertWaiting, type WaitingMail } from '../../platform/email/enqueue'
import { problem } from '../../platform/problems'
import { DAY_MS } from '../../platform/time'
import { issueLink } from '../accounts/links'
import type { CurrentSession } from '../credentials/find-session'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../credentials/step-up'
import { actEvents } from './end-acts'
import { isNotAskedFor } from './standing-acts'

const WAITS_ALREADY = 'The same may wait already: GET /api/admin/acts/ lists what waits.'

/** An act that waits for its day. */
export type ScheduledAct = Readonly<{ actId: string; dueAt: Date }>

/** Without a delay of its own, another admin has a day to approve it, or its target to stop it. */
export const newAct = ({ now }: Pick<Deps, 'now'>, delayMs = DAY_MS): ScheduledAct => ({
  actId: randomId('act'),
  dueAt: new Date(now().getTime() + delayMs),
})

type AskedAct = ScheduledAct &
  Readonly<{
    kind: ActKind
    userId: SQL
    /** The role that the account is to have. */
    role?: Role
    reason: string
    /** The reason, where it is an admin's words. */
    text?: SealedText | undefined
    mails: readonly WaitingMail[]
    /** The links of these mails that stop it, by the account that each is mailed to. */
    stopLinks?: readonly Readonly<{ userId: string; token: string }>[]
  }>

/**
 * The statements that ask for an act, if `when` holds and none of its kind waits for the account,
 * and that tell of it: a day to stop or approve it is none for those who do not know. The row keeps
 * the account as it is at this point of the batch (`isStandingAct`). `asked` returns a row.
 */
export function askStatements(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  { actId, dueAt, kind, userId, role, reason, text, mails, stopLinks = [] }: AskedAct,
  when: SQL,
) {
  const { db } = deps
  const actor = session.user.id
  const may = sql`${hasFreshStepUp(deps, session)} AND ${when}
    AND ${isNotAskedFor(deps, kind, userId)}`
  const isMade = sql`EXISTS (SELECT 1 FROM pending_acts WHERE id = ${actId})`
  const links = stopLinks.map((link) => ({ hash: sha256(link.token), userId: link.userId }))
  return {
    asked: insertFrom(
      db,
      pendingActs,
      {
        id: actId,
        kind,
        userId: sql`asked.id`,
        requestedBy: actor,
        reason,
        createdAt: deps.now().getTime(),
        dueAt: dueAt.getTime(),
        state: 'waiting',
        role: role ?? null,
        userStatus: sql`asked.status`,
        userEpoch: sql`asked.security_epoch`,
        userEmailKey: sql`asked.email_key`,
        askerEpoch: sql`(SELECT security_epoch FROM users WHERE id = ${actor})`,
      },
      sql`FROM users AS asked WHERE asked.id = ${userId} AND ${may}`,
    ).returning({ id: pendingActs.id }),
    askedEvent: recordEvent(
      deps,
      {
        event: actEvents[kind].asked,
        userId,
        actor,
        sessionId: session.id,
        data: { ...(role && { role }), act: actId, due_at: dueAt.toISOString() },
        text,
      },
      isMade,
    ),
    askedLinks: issueLink(
      deps,
      {
        tokenHash: sql`link.value ->> 'hash'`,
        userId: sql`users.id`,
        purpose: 'stop_act',
        data: JSON.stringify({ act: actId }),
        expiresAt: dueAt.getTime(),
      },
      sql`FROM json_each(${JSON.stringify(links)}) AS link
        CROSS JOIN users ON users.id = link.value ->> 'userId' WHERE ${isMade}`,
    ),
    askedMails: insertWaiting(deps, mails, isMade),
  }
}

/** Asks for an act on an account, where `isPossible` holds of it. Uses a step-up up. */
export async function askForAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  act: AskedAct,
  isPossible: SQL,
): Promise<void> {
  const { kind, userId } = act
  const possible = await deps.db
    .select({ one: sql`1` })
    .from(sql`(SELECT 1)`)
    .where(sql`${isPossible} AND ${isNotAskedFor(deps, kind, userId)}`)
  // Before the batch, which would use the step-up up for nothing.
  if (possible.length === 0)
    throw problem('user_state', { reason: 'waits already', detail: WAITS_ALREADY })
  const { asked, used } = await batch(deps.db, {
    ...askStatements(deps, session, act, isPossible),
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  if (asked.length === 0) throw problem('user_state', { reason: 'changed meanwhile' })
}
