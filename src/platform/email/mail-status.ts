import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import { callStore } from '../call-store'
import { batch } from '../db/batch'
import { mailStatus } from '../db/mail-schema'
import type { Deps } from '../deps'
import { messageOf } from '../error-text'
import { log } from '../log'
import type { Breaker, Pause } from './budget/mail-breaker'

/**
 * Tells operators that mail is paused, or goes out again: the row, and with it one event a pause
 * and reason. False where the database does not take it; a newer word than this stays.
 */
export async function noteMailStatus(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'patience'>,
  { version, pause, ended }: Breaker,
): Promise<boolean> {
  const isNewer = sql`NOT EXISTS (SELECT 1 FROM mail_status WHERE version >= ${version})`
  // Its number is the time of the change, which may be told later.
  const seconds = ended && Math.round((version - ended.since) / 1000)
  if (pause) log('error', 'mail_paused', describePause(pause))
  else log('warn', 'mail_resumed', { reason: ended?.fault, seconds })
  const row = { id: 1, version, ...rowOf(pause) }
  try {
    await callStore(deps, 'database', () =>
      batch(deps.db, {
        event: pause
          ? recordEvent(
              deps,
              { event: 'mail_paused', actor: 'system', data: describePause(pause) },
              sql`${isNewer} AND NOT EXISTS (
                SELECT 1 FROM mail_status WHERE pause_reason = ${pause.fault})`,
            )
          : recordEvent(
              deps,
              {
                event: 'mail_resumed',
                actor: 'system',
                data: { reason: ended?.fault ?? null, seconds },
              },
              sql`${isNewer} AND EXISTS (
                SELECT 1 FROM mail_status WHERE pause_reason IS NOT NULL)`,
            ),
        status: deps.db
          .insert(mailStatus)
          .values(row)
          .onConflictDoUpdate({
            target: mailStatus.id,
            set: row,
            setWhere: sql`version < ${version}`,
          }),
      }),
    )
    return true
  } catch (error) {
    log('error', 'mail_status_unwritten', { reason: messageOf(error) })
    return false
  }
}

const describePause = ({ fault, until, replyCode, enhancedCode }: Pause) => ({
  reason: fault,
  until: new Date(until).toISOString(),
  reply_code: replyCode,
  enhanced_code: enhancedCode,
})

const rowOf = (pause: Pause | null) => ({
  pauseReason: pause?.fault ?? null,
  pausedUntil: pause && new Date(pause.until),
  since: pause && new Date(pause.since),
  replyCode: pause?.replyCode ?? null,
  enhancedCode: pause?.enhancedCode ?? null,
})
