import { env } from 'cloudflare:workers'
import { parseKeyring } from '../../src/platform/crypto/keyring'
import { randomId, randomToken } from '../../src/platform/crypto/token'
import type { Deps } from '../../src/platform/deps'
import { sql, withoutTriggers } from '../audit/support'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { isDeep } from '../support/many'
import { insertAct } from '../support/pending-acts'
import { insertRows } from './leftover-support'
import type { Fault } from './support'

const DAY_MS = 86_400_000
const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)`

/** Customers with two addresses for notices; the names of their ids. */
export async function hasUsers(name: string, count: number, columns: string, values: string) {
  await sql(
    `${numbers} INSERT INTO users (id, email, email_key, notification_email, role, password_hash,
       ${columns})
     SELECT ?2 || i, ?2 || i || '@example.org', ?2 || i, ?2 || i || '@example.net', 'customer', 'x',
       ${values} FROM n`,
    count,
    `usr_${name}`,
  )
}

const MAILS = 1000
/** A queue that takes one mail of ten, and no batch. */
export const fussy: Fault = (deps) => {
  let sends = 0
  const send = () => (sends++ % 10 === 0 ? Promise.resolve() : Promise.reject(new Error('no')))
  const sendBatch = () => Promise.reject(new Error('no'))
  return { ...deps, mailQueue: { send, sendBatch } as unknown as Deps['mailQueue'] }
}
export const hasOldMails = () =>
  sql(`${numbers} INSERT INTO waiting_mails SELECT i, 'mail_' || i, 'x' FROM n`, MAILS)

/** More than a run looks at of each table, in `npm run test:deep`. */
export async function hasExpired() {
  const count = isDeep ? 60_000 : 6000
  const user = await insertUser(startApp(), 'customer')
  for (const [table, columns, values] of [
    [
      'mailed_tokens',
      'token_hash, user_id, purpose, expires_at',
      `hex(randomblob(16)), ?2, 'reset', 0`,
    ],
    [
      'sessions',
      `user_id, id, transport, secret_hash, first_factor, second_factor, auth_time, created_at,
       last_used_at, expires_at, ip`,
      `?2, 'ses_' || i, 'bearer', 'x', 'pwd', 'email', 0, 0, 0, 0, 'x'`,
    ],
    ['known_devices', 'user_id, device_hash, first_seen_at, last_seen_at', `?2, 'd' || i, 0, 0`],
  ]) {
    await sql(`${numbers} INSERT INTO ${table} (${columns}) SELECT ${values} FROM n`, count, user)
  }
}

/**
 * Accounts of which none can be erased with others: each batch fails, and twenty are tried alone.
 */
export async function hasErasures() {
  await hasUsers('erase', 100, 'status, created_at, erasure_due_at', `'active', 0, 1`)
  await sql(`CREATE TABLE later (user_id TEXT PRIMARY KEY REFERENCES users (id)) STRICT`)
  await sql(`INSERT INTO later SELECT id FROM users WHERE erasure_due_at = 1`)
}

/** Of the kind with the most statements, each of which fails. */
export async function hasActs() {
  const by = await insertUser(startApp(), 'admin')
  for (let at = 0; at < 50; at += 1) {
    await insertAct('demote_admin', await insertUser(startApp(), 'admin'), { by })
  }
  await sql(`CREATE TRIGGER no_role BEFORE UPDATE OF role ON users
    BEGIN SELECT RAISE(ABORT, 'no'); END`)
}

export async function hasKeysThatEnd(now: number) {
  const owner = await insertUser(startApp(), 'admin', `notification_email = 'two@example.net'`)
  await sql(
    `${numbers} INSERT INTO api_keys
       (id, user_id, name, secret_hash, scopes, created_at, expires_at)
     SELECT 'key_' || i, ?2, 'orders', 'x', 'orders:read', 0, ?3 FROM n`,
    1001,
    owner,
    now + 3 * DAY_MS,
  )
}

/**
 * The log begins and ends at these numbers: a report looks at all between, although there is
 * nothing.
 */
export const hasEventsFrom = (now: number) =>
  withoutTriggers(() =>
    env.DB.batch(
      [1_000_000, 3_100_000].map((id) =>
        env.DB.prepare(
          `INSERT INTO audit_events (id, at, event, level, request_id)
           VALUES (?, ?, 'authn_login_fail', 'info', 'r')`,
        ).bind(id, now - DAY_MS),
      ),
    ),
  )

export const documents: string[] = []
/** More objects than a run looks at, of which one page stops it, and uploads that were cut off. */
export async function hasDocuments() {
  const newKey = () => `merchants/${randomId('usr')}/${randomId('doc')}`
  documents.push(...Array.from({ length: 6000 }, newKey).toSorted())
  await insertRows([...documents.slice(0, 100), ...documents.slice(2100)])
  await insertRows(Array.from({ length: 101 }, newKey), null)
}

export const rotating: Fault = (deps) => {
  const [key] = parseKeyring(`fresh:${randomToken()}`) ?? []
  if (!key) throw new Error('no key')
  const SEALING_KEYS: [typeof key, typeof key] = [key, deps.settings.SEALING_KEYS[0]]
  return { ...deps, settings: { ...deps.settings, SEALING_KEYS } }
}

export const oldKeys: Fault = (deps) => {
  const [key] = deps.settings.SIGNING_KEYS
  const SIGNING_KEYS: [typeof key] = [{ ...key, kid: '20200101T000000Z-abc' }]
  return { ...deps, settings: { ...deps.settings, SIGNING_KEYS } }
}

export const allOverdue = () =>
  sql('UPDATE job_runs SET started_at = 0, succeeded_at = 0, alarmed_at = 0')
