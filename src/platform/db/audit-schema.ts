import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { sealingKeyOf, time } from './columns'

// Triggers (migrations/0003) hold what is said here against every statement, ours included.

/** Of an act on somebody else's account, as the index of those asks it. */
export const isActOnOthers = sql.raw(
  `actor IS NOT NULL AND actor IS NOT user_id AND actor <> 'system'`,
)

/**
 * What has happened. Ids are dense: each is the place in the log, one above that of its leaf.
 * Nothing is changed but that personal data is taken out, nothing is deleted but what a segment
 * holds.
 */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: integer('id').primaryKey(),
    at: time('at').notNull(),
    event: text('event').notNull(),
    level: text('level', { enum: ['info', 'warn', 'critical'] }).notNull(),
    /** Whom it concerns. */
    userId: text('user_id'),
    /** Who did it: a user id, `system`, or nobody known. */
    actor: text('actor'),
    sessionId: text('session_id'),
    ip: text('ip'),
    country: text('country'),
    userAgent: text('user_agent'),
    requestId: text('request_id').notNull(),
    /** What else is worth knowing, JSON, never a secret. */
    data: text('data', { mode: 'json' }).$type<Record<string, string | number | boolean | null>>(),
    /** 128 random bits, base64url, hashed with the personal columns; erased with them. */
    salt: text('salt'),
    /** Stands for the personal columns in the tree (platform/audit/entry.ts). */
    personal: text('personal'),
    /** What was said about the person it concerns, sealed with that account's key. */
    text: text('text'),
    /** Stands for `text` in the tree: SHA-256 of a salt, which is sealed with it, and the text. */
    textHash: text('text_hash'),
  },
  (table) => [
    index('audit_events_user')
      .on(table.userId, table.id)
      .where(sql`${table.userId} IS NOT NULL`),
    // What admins do on others' accounts: a row more for those few, or an admin could not be
    // erased.
    index('audit_events_actor').on(table.actor, table.id).where(isActOnOthers),
  ],
)

/**
 * Hashes of the tree, 256 of one height a row, so that a proof needs a handful of rows
 * (features/audit-log/tree/tiles.ts).
 */
export const auditTiles = sqliteTable(
  'audit_tiles',
  {
    /** The hashes are those of nodes of height 8 × level. */
    level: integer('level').notNull(),
    /** Which 256 of that level, from the left. */
    number: integer('number').notNull(),
    /** Up to 256 × 32 bytes, base64. */
    hashes: text('hashes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.level, table.number] })],
)

/**
 * Signed tree heads. Size and time never go back; of an hour that is over only the last one stays.
 */
export const auditHeads = sqliteTable(
  'audit_heads',
  {
    /** How many events the tree holds. */
    size: integer('size').primaryKey(),
    at: time('at').notNull(),
    /** The head as it was signed (features/audit-log/tree/tree-head.ts). */
    jws: text('jws').notNull(),
  },
  (table) => [index('audit_heads_at').on(table.at)],
)

/**
 * Runs of events that lie in the archive, written and read back. Only what stands here is deleted
 * from D1.
 */
export const auditSegments = sqliteTable('audit_segments', {
  /** The id of its first event; `SEGMENT_SIZE` of them stand in it. */
  first: integer('first').primaryKey(),
  /** Between which times its events happened. */
  since: time('since').notNull(),
  until: time('until').notNull(),
  /** SHA-256 of the object, base64url. */
  sha256: text('sha256').notNull(),
})

/**
 * The keys of archived personal data, one a user, sealed: without it nobody can read what lies in
 * the archive.
 */
export const auditKeys = sqliteTable(
  'audit_keys',
  {
    userId: text('user_id').primaryKey(),
    sealedKey: text('sealed_key').notNull(),
  },
  () => [index('audit_keys_key').on(sealingKeyOf('sealed_key'))],
)

/** How each job went last. */
export const jobRuns = sqliteTable('job_runs', {
  job: text('job').primaryKey(),
  startedAt: time('started_at').notNull(),
  /** When it last ended well; NULL until it has. */
  succeededAt: time('succeeded_at'),
  failedAt: time('failed_at'),
  /** Milliseconds that the last finished run took. */
  duration: integer('duration'),
  /** What it counted, such as rows deleted; or where the next run goes on. */
  counts: text('counts', { mode: 'json' }).$type<Record<string, number | string>>(),
  /** When it was last reported to have been silent too long. */
  alarmedAt: time('alarmed_at'),
})
