import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { apiKeys } from '../db/key-schema'
import { mailedTokens, sessions, totpAuthenticators } from '../db/schema'

/** Rows that one run deletes of each table: enough for a busy quarter of an hour, and bounded. */
const CHUNK = 1000
/** An app that was never confirmed: the session that began to set it up has long moved on. */
const UNCONFIRMED_MS = 86_400_000
/** So long an owner sees in the list which key has expired. */
const EXPIRED_KEY_MS = 30 * 86_400_000

/**
 * Deletes sessions and mailed tokens whose time has passed, API keys a month later, and authenticator
 * apps that were begun a day ago and not confirmed. Nothing relies on it: reads check the time.
 */
export async function purgeExpired(deps: Pick<Deps, 'db' | 'now' | 'caller'>): Promise<void> {
  const { db } = deps
  const now = deps.now()
  const [endedSessions, deadTokens, deadApps, deadKeys] = await db.batch([
    db.delete(sessions).where(
      sql`(user_id, id) IN (
        SELECT user_id, id FROM sessions WHERE expires_at <= ${now.getTime()} LIMIT ${CHUNK})`,
    ),
    db.delete(mailedTokens).where(
      sql`token_hash IN (
        SELECT token_hash FROM mailed_tokens WHERE expires_at <= ${now.getTime()} LIMIT ${CHUNK})`,
    ),
    db.delete(totpAuthenticators).where(
      sql`(user_id, id) IN (
        SELECT user_id, id FROM totp_authenticators
        WHERE confirmed_at IS NULL AND created_at <= ${now.getTime() - UNCONFIRMED_MS}
        LIMIT ${CHUNK})`,
    ),
    db.delete(apiKeys).where(
      sql`id IN (SELECT id FROM api_keys
        WHERE expires_at <= ${now.getTime() - EXPIRED_KEY_MS} LIMIT ${CHUNK})`,
    ),
  ])
  const counts = {
    sessions: endedSessions.meta.changes,
    tokens: deadTokens.meta.changes,
    authenticators: deadApps.meta.changes,
    api_keys: deadKeys.meta.changes,
  }
  if (Object.values(counts).every((count) => count === 0)) return
  await recordEvent(deps, {
    event: 'sys_job_done',
    actor: 'system',
    data: { job: 'purge-expired', ...counts },
  })
}
