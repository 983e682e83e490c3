import { sql } from 'drizzle-orm'
import { index, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { sealingKeyOf, time } from './columns'
import { users } from './schema'

/** Authenticator apps (RFC 6238). Which step was used last is in the guard, which decides. */
export const totpAuthenticators = sqliteTable(
  'totp_authenticators',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    id: text('id').notNull(),
    name: text('name').notNull(),
    /** The seed, encrypted and bound to this row (platform/crypto/sealed-box.ts). */
    sealedSeed: text('sealed_seed').notNull(),
    /** The session that began to set it up, and the only one that may finish. */
    sessionId: text('session_id').notNull(),
    createdAt: time('created_at').notNull(),
    /** NULL until a code of it was seen: so long it is no factor. */
    confirmedAt: time('confirmed_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    // What an older key has sealed is looked for until there is none
    // (features/two-factor/reseal-secrets.ts).
    index('totp_authenticators_key').on(sealingKeyOf('sealed_seed')),
  ],
)

/** Backup codes: 120 random bits each, so a plain hash is enough. */
export const backupCodes = sqliteTable(
  'backup_codes',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    codeHash: text('code_hash').notNull(),
    /** The session, or the hash of the link, that it was given for; NULL while it is good. */
    usedBy: text('used_by'),
    usedAt: time('used_at'),
    createdAt: time('created_at')
      .notNull()
      .default(sql`0`),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
)
