import { sql } from 'drizzle-orm'
import type { Deps } from '../context'

const MINUTE_MS = 60_000

const hasNoLinkBeyond = (ms: number) => sql`NOT EXISTS (SELECT 1 FROM mailed_tokens AS link
  WHERE link.user_id = users.id AND link.purpose = 'verify' AND link.expires_at > ${ms})`

/** Whether no link is good that confirms the address of `users`. */
export const hasNoGoodLink = ({ now }: Pick<Deps, 'now'>) => hasNoLinkBeyond(now().getTime())

/** Whether none has been made in the last minute, whose mail is under way. */
export const hasNoFreshLink = ({ now, settings }: Pick<Deps, 'now' | 'settings'>) =>
  hasNoLinkBeyond(now().getTime() + settings.EMAIL_VERIFICATION_TIMEOUT * 1000 - MINUTE_MS)
