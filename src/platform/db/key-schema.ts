import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { time } from './columns'
import { users } from './schema'

/** Keys of merchants' and admins' servers. The id travels in the key, so one read finds it. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    name: text('name').notNull(),
    /**
     * SHA-256 of the secret that is good now, and of the one before a rotation, good until its
     * time.
     */
    secretHash: text('secret_hash').notNull(),
    previousHash: text('previous_hash'),
    previousUntil: time('previous_until'),
    /** Separated by spaces, as in OAuth (RFC 6749 §3.3). */
    scopes: text('scopes').notNull(),
    /** Networks that it works from, separated by spaces; NULL for any. */
    allowedIps: text('allowed_ips'),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
    lastUsedAt: time('last_used_at'),
    lastUsedIp: text('last_used_ip'),
    lastUsedCountry: text('last_used_country'),
    /** Days before its end that the owner has been reminded at: 14, then 3. */
    remindedDays: integer('reminded_days'),
  },
  (table) => [
    index('api_keys_user').on(table.userId),
    index('api_keys_expiry').on(table.expiresAt),
  ],
)
