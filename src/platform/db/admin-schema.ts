import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { time } from './columns'
import { roles, statuses, users } from './schema'

/** What may wait. */
export const actKinds = [
  'grant_admin',
  'invite_admin',
  'demote_admin',
  'disable_admin',
  'remove_factors',
] as const
export type ActKind = (typeof actKinds)[number]

/** Acts that wait: for a second admin, or for a day in which they can be stopped. */
export const pendingActs = sqliteTable(
  'pending_acts',
  {
    id: text('id').primaryKey(),
    kind: text('kind', { enum: actKinds }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    requestedBy: text('requested_by').notNull(),
    reason: text('reason').notNull(),
    createdAt: time('created_at').notNull(),
    /** When it may be done, or until when it may be approved. */
    dueAt: time('due_at').notNull(),
    state: text('state', { enum: ['waiting', 'done', 'stopped'] }).notNull(),
    decidedBy: text('decided_by'),
    decidedAt: time('decided_at'),
    /** The role that the account is to have. */
    role: text('role', { enum: roles }),
    /** The account as it was when the act was asked for, where the act is bound to that. */
    userStatus: text('user_status', { enum: statuses }),
    userEpoch: integer('user_epoch'),
    userEmailKey: text('user_email_key'),
    /** Of the admin who asked: what an intruder has asked for ends when the owner recovers. */
    askerEpoch: integer('asker_epoch'),
  },
  (table) => [
    // With all that the other index has, or what waits of one account would be looked for in all
    // that waits.
    index('pending_acts_user').on(table.userId, table.state, table.dueAt),
    index('pending_acts_due').on(table.state, table.dueAt),
    index('pending_acts_invite_admin')
      .on(table.dueAt)
      .where(sql`kind = 'invite_admin' AND state = 'waiting'`),
  ],
)

/**
 * Every account that has ever been an admin's, written by triggers (migrations/0011) and never
 * deleted: whether an admin has ever had a colleague. The id of an erased account names nobody.
 */
export const adminAppointments = sqliteTable('admin_appointments', {
  userId: text('user_id').primaryKey(),
})

/**
 * The first words of a display name, as they are searched for: eight an account. A trigger removes
 * them with their name, whoever changes it (migrations/0011).
 */
export const userWords = sqliteTable(
  'user_words',
  {
    word: text('word').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
  },
  (table) => [
    primaryKey({ columns: [table.word, table.userId] }),
    index('user_words_user').on(table.userId, table.word),
  ],
)

/** Bootstrap secrets that have been used, by their hash: each opens one invitation, ever. */
export const bootstrapUses = sqliteTable('bootstrap_uses', {
  tokenHash: text('token_hash').primaryKey(),
  usedAt: time('used_at').notNull(),
})
