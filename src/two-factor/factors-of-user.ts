import { sql } from 'drizzle-orm'
import type { Method } from './methods'

// Columns of a query on `users`. The outer column is spelled out: drizzle drops table names where there
// is one table, and `id` would then be the inner one.

/** Whether the user has a confirmed authenticator app. */
export const hasTotp = sql`EXISTS (
  SELECT 1 FROM totp_authenticators AS app WHERE app.user_id = users.id
  AND app.confirmed_at IS NOT NULL)`.mapWith(Boolean)

/** Whether the user has a backup code left. */
export const hasBackupCode = sql`EXISTS (
  SELECT 1 FROM backup_codes AS code WHERE code.user_id = users.id
  AND code.used_by IS NULL)`.mapWith(Boolean)

/** The second steps that an account can take. With an app, a mailed code is none any more. */
export const methodsOf = (user: { hasTotp: boolean; hasBackupCode: boolean }): Method[] => [
  user.hasTotp ? 'totp' : 'email',
  ...(user.hasBackupCode ? (['backup_code'] as const) : []),
]
