import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { AuditEventName } from '../../platform/audit/events'
import { recordEvent } from '../../platform/audit/record'
import type { SealedText } from '../../platform/audit/text'
import { inviter } from '../../platform/db/columns'
import { users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { revokeLinks } from '../accounts/links'
import type { Owner } from '../accounts/notify-owner'
import { revokeAllKeys } from '../api-keys/revoke-all-keys'

export type Change = Readonly<{
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
  subject: Pick<Owner, 'id' | 'role'>,
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
export const isPossibleFor = ({ id }: Pick<Owner, 'id'>, when: SQL, may: SQL) =>
  sql`${may} AND EXISTS (SELECT 1 FROM users AS subject WHERE subject.id = ${id} AND ${when})`

/**
 * The invitations that end with the change: the one to the account, and those that an admin who is
 * disabled has sent. A demoted one keeps those for other roles, which are no power; those for
 * admins are void by the epochs of all who stand for them (identity/accounts/invitation.ts). Each
 * part has its own index: of an OR of them D1 would read all invitations.
 */
function invitationsOf({ id, role }: Pick<Owner, 'id' | 'role'>, { status }: Change['set']): SQL {
  const where = (is: SQL) =>
    sql`SELECT token_hash FROM mailed_tokens WHERE purpose = 'invite' AND ${is}`
  const ended = where(sql`user_id = ${id}`)
  const sent = where(sql`${inviter} = ${id}`)
  const all = role === 'admin' && status === 'disabled' ? sql`${ended} UNION ALL ${sent}` : ended
  return sql`token_hash IN (${all})`
}
