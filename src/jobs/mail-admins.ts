import { asc } from 'drizzle-orm'
import type { Deps } from '../context'
import { users } from '../db/schema'
import { enqueueMails } from '../email/enqueue'
import type { MailRequest } from '../email/queued-mail'
import { isActiveAdmin } from '../roles/admins'
import type { Notice } from '../users/notify-owner'

/** What one message to the queue may hold, and more than an organisation has. */
const ADMINS = 50

/** Mails those who administer, those who have been here longest: all of them or, if it fails, none. How many. */
export async function mailAdmins(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  notice: Notice,
): Promise<number> {
  const admins = await deps.db
    .select({ userId: users.id, to: users.email, locale: users.locale })
    .from(users)
    .where(isActiveAdmin)
    .orderBy(asc(users.createdAt))
    .limit(ADMINS)
  await enqueueMails(
    deps,
    admins.map((admin) => ({ ...notice, ...admin }) as MailRequest),
  )
  return admins.length
}
