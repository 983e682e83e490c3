import { sql } from 'drizzle-orm'
import type { Deps } from '../context'

const MINUTE_MS = 60_000

/** Whether no link that confirms the address of `users` has been made in the last minute: a mail is under way. */
export function hasNoFreshLink({ now, settings }: Pick<Deps, 'now' | 'settings'>) {
  const aMinuteOld = now().getTime() + settings.EMAIL_VERIFICATION_TIMEOUT * 1000 - MINUTE_MS
  return sql`NOT EXISTS (SELECT 1 FROM mailed_tokens AS link WHERE link.user_id = users.id
    AND link.purpose = 'verify' AND link.expires_at > ${aMinuteOld})`
}
