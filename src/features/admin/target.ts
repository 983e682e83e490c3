import { sql } from 'drizzle-orm'
import { ownerColumns } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { plainText } from '../../platform/text/display-name'

/** Why an admin does something: recorded, and told to the owner. */
export const reason = plainText(200).describe('Recorded, and told to the owner of the account')

export type Target = Awaited<ReturnType<typeof findTarget>>

/** What an act refused, by the id of the account. */
export type Refusals = Map<string, Error>

/** The account that an admin acts on, as `findTargets` finds it. */
export async function findTarget(deps: Pick<Deps, 'db'>, session: CurrentSession, userId: string) {
  const { subjects, refusals } = await findTargets(deps, session, [userId])
  const [target] = subjects
  if (!target) throw refusals.get(userId)
  return target
}

/**
 * The accounts that an admin acts on. Never their own: for that there are the routes that everybody
 * has, which ask for more than a role.
 */
export async function findTargets(
  { db }: Pick<Deps, 'db'>,
  session: CurrentSession,
  userIds: readonly string[],
) {
  const others = JSON.stringify(userIds.filter((id) => id !== session.user.id))
  const subjects = await db
    .select({
      ...ownerColumns,
      emailKey: users.emailKey,
      usernameKey: users.usernameKey,
      role: users.role,
      status: users.status,
      emailVerifiedAt: users.emailVerifiedAt,
      frozenAt: users.frozenAt,
      erasureDueAt: users.erasureDueAt,
    })
    .from(users)
    .where(sql`${users.id} IN (SELECT value FROM json_each(${others}))`)
  const found = new Set(subjects.map(({ id }) => id))
  const refusals: Refusals = new Map()
  for (const id of userIds) {
    if (id === session.user.id) refusals.set(id, problem('own_account'))
    else if (!found.has(id)) refusals.set(id, problem('not_found', { reason: 'no such user' }))
  }
  return { subjects, refusals }
}
