import { sql } from 'drizzle-orm'
import { recordEvent } from '../../audit/record'
import { callStore } from '../../call-store'
import { batch } from '../../db/batch'
import { mailStatus } from '../../db/mail-schema'
import type { Deps } from '../../deps'
import { messageOf } from '../../error-text'
import { log } from '../../log'
import { mailBudget } from './ask-budget'
import { dayOf } from './budget'
import type { BudgetAnswer } from './mail-budget'

const EVENTS = { low: 'mail_budget_low', out: 'mail_budget_out' } as const

/**
 * Tells admins and operators, once a day and level, that the budget runs low or is used up: by an
 * audit event and a line of the log, for a mail might not go out. What fails is told with the next
 * batch.
 */
export async function tellLevel(
  deps: Pick<Deps, 'db' | 'mailBudgets' | 'caller' | 'now' | 'patience' | 'settings'>,
  { today: { level, counts, resetsAt }, isUntold }: Pick<BudgetAnswer, 'today' | 'isUntold'>,
): Promise<void> {
  if (!isUntold || level === 'ok') return
  const event = EVENTS[level]
  const data = { limit: deps.settings.EMAIL_DAILY_LIMIT, ...counts }
  // The day may have ended meanwhile.
  const ofDay = resetsAt - 1
  const row = { id: 1, level, levelDay: dayOf(ofDay) }
  // Of two batches at once one tells, and `low` does not come after `out`.
  const isTold = sql`level_day >= ${row.levelDay} AND level IN (${level}, 'out')`
  try {
    await callStore(deps, 'database', () =>
      batch(deps.db, {
        event: recordEvent(
          deps,
          { event, actor: 'system', data },
          sql`NOT EXISTS (SELECT 1 FROM mail_status WHERE ${isTold})`,
        ),
        status: deps.db
          .insert(mailStatus)
          .values(row)
          .onConflictDoUpdate({
            target: mailStatus.id,
            set: row,
            setWhere: sql`level_day IS NULL OR NOT (${isTold})`,
          }),
      }),
    )
    log('error', event, data)
    await callStore(deps, 'mail budget', () => mailBudget(deps).noteTold(level, ofDay))
  } catch (error) {
    log('error', 'mail_budget_untold', { reason: messageOf(error) })
  }
}
