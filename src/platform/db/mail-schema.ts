import { sql } from 'drizzle-orm'
import { check, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { time } from './columns'

/**
 * Mails that are one batch with what they tell of, and those about something done that the queue
 * could not take; they go out a minute later (platform/email/send-waiting-mails.ts).
 */
export const waitingMails = sqliteTable(
  'waiting_mails',
  {
    createdAt: time('created_at').notNull(),
    id: text('id').notNull(),
    /** The queue's message: the mail, padded and sealed (platform/email/queued-mail.ts). */
    body: text('body').notNull(),
  },
  // The oldest first, without an index.
  (table) => [primaryKey({ columns: [table.createdAt, table.id] })],
)

/**
 * How mail stands, in one row: what the Durable Object has decided, for operators
 * (platform/email/mail-status.ts).
 */
export const mailStatus = sqliteTable(
  'mail_status',
  {
    /** Always 1. */
    id: integer('id').primaryKey(),
    /** Of the day's budget: `ok`, `low` or `out`, on the day of that number (UTC). */
    level: text('level').notNull().default('ok'),
    levelDay: integer('level_day'),
    /** NULL while mail goes out. */
    pauseReason: text('pause_reason'),
    pausedUntil: time('paused_until'),
    since: time('since'),
    replyCode: integer('reply_code'),
    enhancedCode: text('enhanced_code'),
    /** Of the breaker: an older word does not replace a newer one. */
    version: integer('version').notNull().default(0),
  },
  () => [
    check('mail_status_one', sql`id = 1`),
    check('mail_status_level', sql`level IN ('ok', 'low', 'out')`),
  ],
)
