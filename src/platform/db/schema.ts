import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { inviter, oneOf, time } from './columns'

// Every table but those of the audit log (audit-schema.ts) is made WITHOUT ROWID and STRICT by hand
// in its migration (drizzle cannot say so): one row written for each insert instead of two. Never
// ON DELETE CASCADE: a rebuilt table would take its children with it.

/** The two steps of a login. A passkey with user verification is both: `passkey`, then `user`. */
export const firstFactors = ['pwd', 'passkey'] as const
export const secondFactors = ['email', 'totp', 'backup', 'passkey', 'user'] as const

export const roles = ['admin', 'merchant', 'customer'] as const
export type Role = (typeof roles)[number]
export const statuses = ['pending', 'active', 'disabled'] as const

/** The domain of an account's address, as the index has it. */
export const domainOf = sql.raw(`substr(email_key, instr(email_key, '@') + 1)`)

export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    /** As given; mail goes here and nowhere else. */
    email: text('email').notNull(),
    /** Canonical (platform/text/email-key.ts): uniqueness, login and limits. */
    emailKey: text('email_key').notNull().unique(),
    username: text('username'),
    usernameKey: text('username_key').unique(),
    displayName: text('display_name'),
    locale: text('locale').notNull().default('en'),
    role: text('role', { enum: roles }).notNull(),
    status: text('status', { enum: statuses }).notNull(),
    passwordHash: text('password_hash').notNull(),
    /**
     * Grows with every change of password, e-mail, role or factor: what was begun before it ends
     * nowhere.
     */
    securityEpoch: integer('security_epoch').notNull().default(0),
    emailVerifiedAt: time('email_verified_at'),
    lastLoginAt: time('last_login_at'),
    createdAt: time('created_at').notNull(),
    /** A second address for security notices, once it is confirmed. */
    notificationEmail: text('notification_email'),
    /**
     * Since when the owner of an address that was replaced has stopped everything; a reset ends it.
     */
    frozenAt: time('frozen_at'),
    /** When the account will be erased, at its owner's wish. */
    erasureDueAt: time('erasure_due_at'),
    /**
     * The epoch that the last reset began, and the browser that it made known: the guard follows.
     */
    recoveredEpoch: integer('recovered_epoch'),
    recoveredDevice: text('recovered_device'),
  },
  (table) => [
    // What administrators list and filter by; the id ends each, so that a page begins where one
    // ended.
    index('users_created').on(table.createdAt, table.id),
    index('users_role').on(table.role, table.createdAt, table.id),
    index('users_status').on(table.status, table.createdAt, table.id),
    index('users_domain').on(domainOf, table.createdAt, table.id),
    index('users_erasure_due')
      .on(table.erasureDueAt)
      .where(sql`${table.erasureDueAt} IS NOT NULL`),
    check('role_known', oneOf(table.role, roles)),
    check('status_known', oneOf(table.status, statuses)),
  ],
)

/**
 * Sign-ups whose address nobody has confirmed. None is an account: the link of each makes one as it
 * was asked for, and the first that is used ends all others of that address.
 */
export const signUps = sqliteTable(
  'sign_ups',
  {
    /** SHA-256 of the token that was mailed last. */
    tokenHash: text('token_hash').primaryKey(),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    /** The one that is wished for; whoever confirms first has it. */
    username: text('username'),
    locale: text('locale').notNull(),
    role: text('role', { enum: roles }).notNull(),
    passwordHash: text('password_hash').notNull(),
    /** The draft of a business profile, as JSON. */
    merchant: text('merchant'),
    /** From where, for the mail. */
    ip: text('ip').notNull(),
    country: text('country'),
    createdAt: time('created_at').notNull(),
    /** Of the link. A new one can be asked for after that. */
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [index('sign_ups_email').on(table.emailKey, table.createdAt)],
)

/** What a link that we mailed is good for, and nothing else. */
export const linkPurposes = [
  'reset',
  'change_email',
  'notification_email',
  'not_me',
  'keep_account',
  'invite',
  'stop_act',
] as const

/** Links sent by mail. */
export const mailedTokens = sqliteTable(
  'mailed_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    purpose: text('purpose', { enum: linkPurposes }).notNull(),
    /** What the link will do beside its purpose, such as a new address; never a secret. */
    data: text('data'),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [
    index('mailed_tokens_user').on(table.userId, table.purpose),
    // Invitations by an admin who is disabled end (features/admin/change-user.ts).
    index('mailed_tokens_invited_by')
      .on(inviter)
      .where(sql`purpose = 'invite'`),
  ],
)
