import { asc, sql } from 'drizzle-orm'
import { callStore } from '../../platform/call-store'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import type { WaitingMail } from '../../platform/email/enqueue'
import { isActiveAdmin } from './admins'
import { type Notice, ownerColumns, ownerNotices } from './notify-owner'

/** More would not read it sooner, and one act must not send without end. */
const ADMINS = 50

/**
 * The mails that tell the admins, all of them or all but some, at all their addresses: rows for the
 * batch of what they tell of (`insertWaiting`). Of very many, to those who have been here longest.
 */
export async function adminNotices(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'caller' | 'patience'>,
  notice: Notice,
  { but = [] }: { but?: readonly string[] } = {},
): Promise<WaitingMail[]> {
  const admins = await callStore(deps, 'database', () =>
    deps.db
      .select(ownerColumns)
      .from(users)
      .where(
        sql`${isActiveAdmin} AND id NOT IN (SELECT value FROM json_each(${JSON.stringify(but)}))`,
      )
      .orderBy(asc(users.createdAt))
      .limit(ADMINS),
  )
  return (await Promise.all(admins.map((admin) => ownerNotices(deps, admin, notice)))).flat()
}
