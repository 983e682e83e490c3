import { sql } from 'drizzle-orm'
import type { Method } from './methods'

// Columns of a query on `users`. The outer column is spelled out: drizzle drops table names where
// there is one table, and `id` would then be the inner one.

/** Whether the user has a confirmed authenticator app, added by a time if one is given. */
export const hasTotp = (by?: Date) =>
  sql`EXISTS (SELECT 1 FROM totp_authenticators AS app WHERE app.user_id = users.id
    AND app.confirmed_at ${addedBy(by)})`.mapWith(Boolean)

/** Whether the user has a backup code left, made by a time if one is given. */
export const hasBackupCode = (by?: Date) =>
  sql`EXISTS (SELECT 1 FROM backup_codes AS code WHERE code.user_id = users.id
    AND code.used_by IS NULL AND code.created_at ${addedBy(by)})`.mapWith(Boolean)

const addedBy = (time?: Date) => (time ? sql`<= ${time.getTime()}` : sql`IS NOT NULL`)

/**
 * The second steps that an account can take. With an app, a mailed code is none any more; a backup
 * code stands in for one, and is nothing without.
 */
export const methodsOf = (user: { hasTotp: boolean; hasBackupCode: boolean }): Method[] => {
  if (!user.hasTotp) return ['email']
  return user.hasBackupCode ? ['totp', 'backup_code'] : ['totp']
}
