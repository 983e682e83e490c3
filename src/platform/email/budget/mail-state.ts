import { sql } from 'drizzle-orm'
import type { Deps } from '../../deps'
import { dayOf } from './budget'

/** `low` and `out`: of what may be mailed today; `paused`: the mail server refuses our account. */
export const MAIL_STATES = ['ok', 'low', 'out', 'paused'] as const
export type MailState = (typeof MAIL_STATES)[number]

/** How mail stands, as a part of a query; `null` before the first fault. */
export const mailState = ({ now }: Pick<Deps, 'now'>) => sql<MailState | null>`(
  SELECT CASE WHEN pause_reason IS NOT NULL THEN 'paused'
    WHEN level_day = ${dayOf(now().getTime())} THEN level ELSE 'ok' END
  FROM mail_status)`
