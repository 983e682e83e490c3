import { env } from 'cloudflare:workers'
import type { Deps } from '../../src/context'
import { parseKeyring } from '../../src/crypto/keyring'
import { randomId, randomToken } from '../../src/crypto/token'
import { RETENTION_MS, sealAll, sql, withoutTriggers, writeEvents } from '../audit/support'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { bucketOf } from '../support/bucket'
import { isDeep } from '../support/many'
import { insertAct } from '../support/pending-acts'
import { hasSealed } from '../support/sealed'
import { insertRows } from './leftover-support'
import type { Fault } from './support'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)`

/** Customers with two addresses for notices; the names of their ids. */
async function hasUsers(name: string, count: number, columns: string, values: string) {
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
const fussy: Fault = (deps) => {
  let sends = 0
  const send = () => (sends++ % 10 === 0 ? Promise.resolve() : Promise.reject(new Error('no')))
  const sendBatch = () => Promise.reject(new Error('no'))
  return { ...deps, mailQueue: { send, sendBatch } as unknown as Deps['mailQueue'] }
}
const hasOldMails = () =>
  sql(`${numbers} INSERT INTO waiting_mails SELECT i, 'mail_' || i, 'x' FROM n`, MAILS)

/** More than a run looks at of each table, in `npm run test:deep`. */
async function hasExpired() {
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

/** Accounts of which none can be erased with others: each batch fails, and twenty are tried alone. */
async function hasErasures() {
  await hasUsers('erase', 100, 'status, created_at, erasure_due_at', `'active', 0, 1`)
  await sql(`CREATE TABLE later (user_id TEXT PRIMARY KEY REFERENCES users (id)) STRICT`)
  await sql(`INSERT INTO later SELECT id FROM users WHERE erasure_due_at = 1`)
}

/** Of the kind with the most statements, each of which fails. */
async function hasActs() {
  const by = await insertUser(startApp(), 'admin')
  for (let at = 0; at < 50; at += 1) {
    await insertAct('demote_admin', await insertUser(startApp(), 'admin'), { by })
  }
  await sql(`CREATE TRIGGER no_role BEFORE UPDATE OF role ON users
    BEGIN SELECT RAISE(ABORT, 'no'); END`)
}

async function hasKeysThatEnd(now: number) {
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

/** The log begins and ends at these numbers: a report looks at all between, although there is nothing. */
const hasEventsFrom = (now: number) =>
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

const documents: string[] = []
/** More objects than a run looks at, of which one page stops it, and uploads that were cut off. */
async function hasDocuments() {
  const newKey = () => `merchants/${randomId('usr')}/${randomId('doc')}`
  documents.push(...Array.from({ length: 6000 }, newKey).toSorted())
  await insertRows([...documents.slice(0, 100), ...documents.slice(2100)])
  await insertRows(Array.from({ length: 101 }, newKey), null)
}

const rotating: Fault = (deps) => {
  const [key] = parseKeyring(`fresh:${randomToken()}`) ?? []
  if (!key) throw new Error('no key')
  const SEALING_KEYS: [typeof key, typeof key] = [key, deps.settings.SEALING_KEYS[0]]
  return { ...deps, settings: { ...deps.settings, SEALING_KEYS } }
}

const oldKeys: Fault = (deps) => {
  const [key] = deps.settings.SIGNING_KEYS
  const SIGNING_KEYS: [typeof key] = [{ ...key, kid: '20200101T000000Z-abc' }]
  return { ...deps, settings: { ...deps.settings, SIGNING_KEYS } }
}

const allOverdue = () => sql('UPDATE job_runs SET started_at = 0, succeeded_at = 0, alarmed_at = 0')

export type MostWork = Readonly<{
  /** Statements at least, or there is not the work that is meant, and at most; those of the note too. */
  statements: readonly [atLeast: number, atMost: number]
  arrange?: (deps: Deps) => Promise<unknown>
  /** What it has counted. */
  counts?: Readonly<Record<string, number>>
  fault?: Fault
  /** How long after now it runs. */
  afterMs?: number
  /** Some of it fails, and so does the run. */
  fails?: true
}>

/** Each job at its most work, in this order. */
export const mostWork: Readonly<Record<string, MostWork>> = {
  'seal-events': {
    statements: [isDeep ? 350 : 80, 420],
    arrange: (deps) => writeEvents(deps, isDeep ? 40_001 : 4 * 4096 + 2),
    ...(isDeep && { counts: { sealed: 40_000 } }),
  },
  'archive-events': {
    statements: [60, 100],
    arrange: sealAll,
    counts: { segments: 4 },
    afterMs: RETENTION_MS + DAY_MS,
  },
  'send-waiting-mails': { statements: [110, 150], arrange: hasOldMails, fault: fussy, fails: true },
  'purge-expired': { statements: [isDeep ? 40 : 20, 110], arrange: hasExpired },
  'purge-unconfirmed': {
    statements: [150, 220],
    counts: { accounts: 400 },
    arrange: () => hasUsers('invited', 450, 'status, created_at', `'pending', 0`),
  },
  'erase-accounts': {
    statements: [400, 500],
    arrange: hasErasures,
    counts: { failed: 100 },
    fails: true,
  },
  'drop-leftovers': {
    // Fewer where the page that stops it is the first: where a run begins depends on the time.
    statements: [6, 30],
    arrange: hasDocuments,
    fault: (deps) => ({ ...deps, archive: bucketOf(documents).archive }),
    fails: true,
  },
  'run-pending-acts': {
    statements: [450, 600],
    arrange: hasActs,
    counts: { failed: 50 },
    fails: true,
  },
  'reseal-secrets': {
    statements: [isDeep ? 40 : 14, 60],
    arrange: ({ settings }) => hasSealed(settings.SEALING_KEYS, isDeep ? 10_001 : 2001),
    fault: rotating,
    // Each table's millionth row is sealed anew in the hundredth run: docs/operations.md.
    ...(isDeep && { counts: { seeds: 10_000, keys: 10_000 } }),
  },
  'watch-jobs': { statements: [150, 250], arrange: allOverdue, fault: fussy },
  'watch-jobs-daily': { statements: [150, 250], arrange: allOverdue, fault: fussy },
  'remind-keys': { statements: [30, 60], arrange: (deps) => hasKeysThatEnd(deps.now().getTime()) },
  'remind-secrets': { statements: [4, 20], fault: oldKeys },
  'report-security-late': {
    statements: [400, 500],
    arrange: (deps) => hasEventsFrom(deps.now().getTime() + WEEK_MS),
    afterMs: WEEK_MS,
  },
  'report-security': { statements: [10, 500], afterMs: 2 * WEEK_MS },
}
