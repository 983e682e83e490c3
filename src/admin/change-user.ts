import { and, eq, type SQL, sql } from 'drizzle-orm'
import { revokeAllKeys } from '../api-keys/revoke-all-keys'
import type { AuditEventName } from '../audit/events'
import { recordEvent } from '../audit/record'
import type { SealedText } from '../audit/text'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { inviter } from '../db/columns'
import { sessions, users } from '../db/schema'
import { problem } from '../problems'
import type { CurrentSession } from '../sessions/find-session'
import { maySensitively, requireUsed, useStepUp } from '../sessions/step-up'
import { revokeLinks } from '../users/links'
import type { Notice } from '../users/notify-owner'
import { actOnUsers, type UserAct } from './act-on-users'
import { byStepUp } from './authority'
import type { Refusals, Subject } from './subject'

type Change = Readonly<{
  event: AuditEventName
  data?: Readonly<Record<string, string>>
  /** Why, sealed; where it was asked for before, the event of that has it. */
  text?: SealedText | undefined
  set: Readonly<Partial<Record<'role' | 'status', SQL | string>>>
  /** What must hold of the account, `subject`, at the moment of the change. */
  when: SQL
}>

/** Who changes it: a user id or `system`, and in which session. */
type Actor = Readonly<{ actor: string; sessionId: string | null }>

/**
 * The statements that change role or status of an account, if `may` and the change's own condition
 * hold; `changed` returns a row then. What was begun before the change ends nowhere, and all
 * sessions of the account end. With another role its API keys end as well: those of a suspended
 * merchant would work again for the admin that he has become.
 */
export function changeStatements(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  { actor, sessionId }: Actor,
  subject: Pick<Subject, 'id' | 'role'>,
  { event, data = {}, text, set, when }: Change,
  may: SQL,
) {
  const { db } = deps
  const { id: userId } = subject
  const isPossible = isPossibleFor(subject, when, may)
  const hasOtherRole = sql`${isPossible} AND EXISTS (
    SELECT 1 FROM users WHERE id = ${userId} AND role <> ${set.role ?? ''})`
  // A change of status alone costs no statement about keys.
  const keys =
    set.role === undefined
      ? {}
      : revokeAllKeys(deps, { userId, by: actor, sessionId }, hasOtherRole)
  return {
    event: recordEvent(deps, { event, userId, actor, sessionId, data, text }, isPossible),
    sessions: db.delete(sessions).where(sql`user_id = ${userId} AND ${isPossible}`),
    ...keys,
    invitations: revokeLinks(deps, invitationsOf(subject, set), isPossible),
    changed: db
      .update(users)
      .set({ ...(set as object), securityEpoch: sql`security_epoch + 1` })
      .where(and(eq(users.id, userId), isPossible))
      .returning({ id: users.id }),
  }
}

/** Whether a change can be made at this point of a batch. */
const isPossibleFor = ({ id }: Pick<Subject, 'id'>, when: SQL, may: SQL) =>
  sql`${may} AND EXISTS (SELECT 1 FROM users AS subject WHERE subject.id = ${id} AND ${when})`

/**
 * Does so at the word of an admin: one batch, in which nothing happens unless the admin's session
 * still stands, the step-up is there, and the account is as expected.
 */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  subject: Subject,
  change: Change,
): Promise<void> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { changed, used } = await batch(deps.db, {
    ...changeStatements(deps, who, subject, change, maySensitively(deps, session)),
    used: useStepUp(deps, session),
  })
  requireUsed(used)
  if (changed.length === 0) throw problem('user_state', { reason: 'changed meanwhile' })
}

/**
 * Does so to each account of a list, at the word of an admin; `changeOf` says what, or throws what
 * speaks against it.
 */
export async function changeUsers(
  deps: Deps,
  session: CurrentSession,
  { userIds, reason }: UserAct,
  changeOf: (subject: Subject) => Omit<Change, 'text'> & { notice: Notice },
): Promise<Refusals> {
  const who = { actor: session.user.id, sessionId: session.id }
  const { refusals } = await actOnUsers(deps, session, {
    userIds,
    reason,
    authority: byStepUp(deps, session),
    plan: (subject, may, text) => {
      const { notice, ...change } = { ...changeOf(subject), text }
      const when = isPossibleFor(subject, change.when, may)
      return {
        statements: changeStatements(deps, who, subject, change, may),
        // An address that was never confirmed may be a stranger's.
        ...(subject.emailVerifiedAt && { mail: { notice, when } }),
      }
    },
    isDone: ({ changed }) => changed.length > 0,
  })
  return refusals
}

/**
 * The invitations that end with the change: the one to the account, and those that an admin who is
 * disabled has sent. A demoted one keeps those for other roles, which are no power; those for
 * admins are void by the epochs of all who stand for them (users/invitation.ts). Each part has its
 * own index: of an OR of them D1 would read all invitations.
 */
function invitationsOf({ id, role }: Pick<Subject, 'id' | 'role'>, { status }: Change['set']): SQL {
  const where = (is: SQL) =>
    sql`SELECT token_hash FROM mailed_tokens WHERE purpose = 'invite' AND ${is}`
  const ended = where(sql`user_id = ${id}`)
  const sent = where(sql`${inviter} = ${id}`)
  const all = role === 'admin' && status === 'disabled' ? sql`${ended} UNION ALL ${sent}` : ended
  return sql`token_hash IN (${all})`
}
