import { inArray, lte } from 'drizzle-orm'
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
    db
      .delete(sessions)
      .where(
        inArray(
          sessions.id,
          db
            .select({ id: sessions.id })
            .from(sessions)
            .where(lte(sessions.expiresAt, now))
            .limit(CHUNK),
        ),
      ),
    db
      .delete(mailedTokens)
      .where(
        inArray(
          mailedTokens.tokenHash,
          db
            .select({ hash: mailedTokens.tokenHash })
            .from(mailedTokens)
            .where(lte(mailedTokens.expiresAt, now))
            .limit(CHUNK),
        ),
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
