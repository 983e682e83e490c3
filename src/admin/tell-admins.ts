import { asc, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { users } from '../db/schema'
import { isActiveAdmin } from '../roles/admins'
import { notifyOwner, type Notice, ownerColumns } from '../users/notify-owner'

/** More would not read it sooner, and one request must not send without end. */
const ADMINS = 20

/** Mails the other admins, those who have been here longest, at all their addresses. */
export async function tellAdmins(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  but: string,
  notice: Notice,
): Promise<void> {
  const others = await deps.db
    .select(ownerColumns)
    .from(users)
    .where(sql`${isActiveAdmin} AND id <> ${but}`)
    .orderBy(asc(users.createdAt))
    .limit(ADMINS)
  await Promise.all(others.map((admin) => notifyOwner(deps, admin, notice)))
}
