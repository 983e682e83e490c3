import { sql } from 'drizzle-orm'
import { check, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { oneOf, time } from './columns'
import { firstFactors, secondFactors, users } from './schema'

/** Open sessions. The table refuses a row without two different steps. */
export const sessions = sqliteTable(
  'sessions',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    id: text('id').notNull(),
    transport: text('transport', { enum: ['bearer', 'cookie'] }).notNull(),
    /** SHA-256 of the refresh token or session cookie that is good now. */
    secretHash: text('secret_hash').notNull(),
    /** SHA-256 of the refresh token before it: good until its successor is first used. */
    previousHash: text('previous_hash'),
    /** From which, with the server's key, the successor of a refresh token is derived. */
    rotationSalt: text('rotation_salt'),
    rotatedAt: time('rotated_at'),
    firstFactor: text('first_factor', { enum: firstFactors }).notNull(),
    secondFactor: text('second_factor', { enum: secondFactors }).notNull(),
    /** When the second step was passed. */
    authTime: time('auth_time').notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    ip: text('ip').notNull(),
    country: text('country'),
    userAgent: text('user_agent'),
    /**
     * When both steps were last passed, for an act that asks for that; NULL once an act has used it
     * up.
     */
    steppedUpAt: time('stepped_up_at'),
    /**
     * The browser that it was opened in, as in `known_devices`; NULL in rows from before the
     * column.
     */
    deviceHash: text('device_hash'),
    /**
     * Of all sessions when the login began (session-schema.ts): one of an older epoch is not good.
     */
    epoch: integer('epoch').notNull().default(0),
  },
  (table) => [
    // Both ids stand in every token, so one index finds a session and lists a user's.
    primaryKey({ columns: [table.userId, table.id] }),
    check('two_steps', sql`${table.firstFactor} <> ${table.secondFactor}`),
    check('first_factor_known', oneOf(table.firstFactor, firstFactors)),
    check('second_factor_known', oneOf(table.secondFactor, secondFactors)),
  ],
)

/** Browsers that have completed a login. The id is the nonce in its device token, hashed. */
export const knownDevices = sqliteTable(
  'known_devices',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    deviceHash: text('device_hash').notNull(),
    userAgent: text('user_agent'),
    country: text('country'),
    firstSeenAt: time('first_seen_at').notNull(),
    lastSeenAt: time('last_seen_at').notNull(),
    /** Every country that it has signed in from, as in ` DE FR`. */
    countries: text('countries').notNull().default(''),
  },
  (table) => [primaryKey({ columns: [table.userId, table.deviceHash] })],
)

/**
 * One row: the epoch of all sessions. It grows when an admin ends every session, which so costs one
 * row however many there are. Without the row no session is good.
 */
export const sessionEpoch = sqliteTable(
  'session_epoch',
  {
    id: integer('id').primaryKey(),
    epoch: integer('epoch').notNull(),
  },
  (table) => [check('one_row', sql`${table.id} = 1`)],
)
