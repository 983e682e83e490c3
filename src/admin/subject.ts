import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { users } from '../db/schema'
import { problem } from '../problems'
import type { CurrentSession } from '../sessions/find-session'
import { plainText } from '../users/display-name'
import { ownerColumns } from '../users/notify-owner'

/** Why an admin does something: recorded, and told to the owner. */
export const reason = plainText(200).describe('Recorded, and told to the owner of the account')

export type Subject = Awaited<ReturnType<typeof findSubject>>

/**
 * The account that an admin acts on. Never their own: for that there are the routes that everybody has,
 * which ask for more than a role.
 */
export async function findSubject(
  { db }: Pick<Deps, 'db'>,
  session: CurrentSession,
  userId: string,
) {
  if (userId === session.user.id) throw problem('own_account')
  const [subject] = await db
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
    .where(eq(users.id, userId))
  if (!subject) throw problem('not_found', { reason: 'no such user' })
  return subject
}
