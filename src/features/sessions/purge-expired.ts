import { sql } from 'drizzle-orm'
import { currentEpoch } from '../../identity/credentials/session-epoch'
import { callStore } from '../../platform/call-store'
import { apiKeys } from '../../platform/db/key-schema'
import type { Deps } from '../../platform/deps'
import { DEVICE_COOKIE_SECONDS } from '../../platform/http/cookies'
import type { Counts } from '../../platform/jobs/job'
import { sweep } from '../../platform/jobs/sweep'
import { DAY_MS } from '../../platform/time'

/** Milliseconds that all of a run may take; and keys that it deletes, which have an index. */
const RUN_MS = 60_000
const KEYS = 1000
/** An app that was never confirmed: the session that began to set it up has long moved on. */
const UNCONFIRMED_MS = DAY_MS
/** So long another link can be had for a sign-up. */
const UNVERIFIED_MS = 30 * DAY_MS
/** So long an owner sees in the list which key has expired. */
const EXPIRED_KEY_MS = 30 * DAY_MS
/** When a browser was last seen is noted once a day, so that its cookie may be a day younger. */
const UNSEEN_MS = DEVICE_COOKIE_SECONDS * 1000 + DAY_MS

/**
 * Deletes sessions and mailed tokens whose time has passed, sessions of an epoch that is over,
 * sign-ups that nobody confirmed, API keys a month later, browsers whose cookie has ended, and
 * authenticator apps that were begun a day ago and not confirmed. Nothing relies on it: reads check
 * the time.
 */
export async function purgeExpired(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<Counts> {
  const { db } = deps
  const now = deps.now().getTime()
  const until = now + RUN_MS
  const ofUsers = { key: 'user_id', prefix: 'usr_' }
  const isExpired = sql`expires_at <= ${now}`
  const isEnded = sql`(${isExpired} OR epoch < ${currentEpoch})`
  const keys = await callStore(deps, 'database', () =>
    db
      .delete(apiKeys)
      .where(
        sql`id IN (SELECT id FROM api_keys WHERE expires_at <= ${now - EXPIRED_KEY_MS} LIMIT ${KEYS})`,
      ),
  )
  return {
    api_keys: keys.meta.changes,
    sessions: await sweep(deps, { table: 'sessions', ...ofUsers, isOver: isEnded }, until),
    tokens: await sweep(
      deps,
      { table: 'mailed_tokens', key: 'token_hash', prefix: '', isOver: isExpired },
      until,
    ),
    sign_ups: await sweep(
      deps,
      {
        table: 'sign_ups',
        key: 'token_hash',
        prefix: '',
        isOver: sql`created_at <= ${now - UNVERIFIED_MS}`,
      },
      until,
    ),
    authenticators: await sweep(
      deps,
      {
        table: 'totp_authenticators',
        ...ofUsers,
        isOver: sql`confirmed_at IS NULL AND created_at <= ${now - UNCONFIRMED_MS}`,
      },
      until,
    ),
    devices: await sweep(
      deps,
      { table: 'known_devices', ...ofUsers, isOver: sql`last_seen_at <= ${now - UNSEEN_MS}` },
      until,
    ),
  }
}
