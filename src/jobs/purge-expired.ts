import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { mailedTokens, sessions } from '../db/schema'

/** Rows that one run deletes of each table: enough for a busy quarter of an hour, and bounded. */
const CHUNK = 1000

/** Deletes sessions and mailed tokens whose time has passed. Nothing relies on it: reads check the time. */
export async function purgeExpired(deps: Pick<Deps, 'db' | 'now' | 'caller'>): Promise<void> {
  const { db } = deps
  const now = deps.now()
  const [endedSessions, deadTokens] = await db.batch([
    db.delete(sessions).where(
      sql`(user_id, id) IN (
        SELECT user_id, id FROM sessions WHERE expires_at <= ${now.getTime()} LIMIT ${CHUNK})`,
    ),
    db.delete(mailedTokens).where(
      sql`token_hash IN (
        SELECT token_hash FROM mailed_tokens WHERE expires_at <= ${now.getTime()} LIMIT ${CHUNK})`,
    ),
  ])
  const counts = { sessions: endedSessions.meta.changes, tokens: deadTokens.meta.changes }
  if (counts.sessions + counts.tokens === 0) return
  await recordEvent(deps, {
    event: 'sys_job_done',
    actor: 'system',
    data: { job: 'purge-expired', ...counts },
  })
}
