import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { time } from './columns'
import { users } from './schema'

/** From application to approval; transitions in merchants/states.ts. */
export const merchantStates = [
  'draft',
  'submitted',
  'approved',
  'rejected',
  'changes_requested',
  'suspended',
] as const

export const merchantProfiles = sqliteTable(
  'merchant_profiles',
  {
    userId: text('user_id')
      .primaryKey()
      .references(() => users.id),
    state: text('state', { enum: merchantStates }).notNull(),
    legalName: text('legal_name'),
    tradingName: text('trading_name'),
    country: text('country'),
    registrationNumber: text('registration_number'),
    taxNumber: text('tax_number'),
    address: text('address'),
    contactName: text('contact_name'),
    phone: text('phone'),
    website: text('website'),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    /** Grows with every change: a reviewer decides on what was seen, or not at all. */
    version: integer('version').notNull().default(1),
    submittedAt: time('submitted_at'),
    /** Whether the number fits its country's rule, or there is none to hold it against. */
    registrationCheck: text('registration_check', { enum: ['valid', 'unchecked'] }),
    taxCheck: text('tax_check', { enum: ['valid', 'unchecked'] }),
  },
  (table) => [
    index('merchant_profiles_state').on(table.state, table.updatedAt, table.userId),
    index('merchant_profiles_number').on(table.country, table.registrationNumber),
    index('merchant_profiles_tax_number').on(table.country, table.taxNumber),
  ],
)

/** Every transition of a merchant, in order; the reason is what the merchant was told. */
export const merchantReviews = sqliteTable(
  'merchant_reviews',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** The profile's version that it was about; one transition a version. */
    version: integer('version').notNull(),
    fromState: text('from_state', { enum: merchantStates }).notNull(),
    toState: text('to_state', { enum: merchantStates }).notNull(),
    actor: text('actor').notNull(),
    reason: text('reason'),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.version] })],
)

/** Documents of a merchant; the bytes are in R2 under `objectKey`, which we make. */
export const merchantDocuments = sqliteTable(
  'merchant_documents',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    id: text('id').notNull(),
    name: text('name').notNull(),
    type: text('type', { enum: ['application/pdf', 'image/png', 'image/jpeg'] }).notNull(),
    bytes: integer('bytes'),
    /** SHA-256 of the content, base64url. */
    sha256: text('sha256'),
    objectKey: text('object_key').notNull(),
    createdAt: time('created_at').notNull(),
    /** NULL while the upload runs; what stays so is a leftover. */
    storedAt: time('stored_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    index('merchant_documents_unfinished')
      .on(table.createdAt)
      .where(sql`${table.storedAt} IS NULL`),
  ],
)
