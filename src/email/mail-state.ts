import { sql } from 'drizzle-orm'
import { dayOf } from '../durable/budget'

/** What `mailStateOf` reads of the row of `mail_status`; there is none before the first fault. */
export const mailStateColumns = sql`level, level_day, pause_reason`
export type MailStateRow = Readonly<{
  level: string
  level_day: number | null
  pause_reason: string | null
}>

/** How mail stands, for anyone who asks. */
export function mailStateOf(row: MailStateRow | undefined, now: number): 'ok' | 'low' | 'paused' {
  if (!row) return 'ok'
  if (row.pause_reason !== null) return 'paused'
  return row.level !== 'ok' && row.level_day === dayOf(now) ? 'low' : 'ok'
}
