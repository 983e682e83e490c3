import { primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { time } from './columns'

/**
 * Mails that are one batch with what they tell of, and those about something done that the queue
 * could not take; they go out a minute later (jobs/send-waiting-mails.ts).
 */
export const waitingMails = sqliteTable(
  'waiting_mails',
  {
    createdAt: time('created_at').notNull(),
    id: text('id').notNull(),
    /** The queue's message: the mail, padded and sealed (email/queued-mail.ts). */
    body: text('body').notNull(),
  },
  // The oldest first, without an index.
  (table) => [primaryKey({ columns: [table.createdAt, table.id] })],
)
