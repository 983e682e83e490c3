import { eq, isNull, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { users } from '../db/schema'

/** What stands in a body for the token of the link. */
export const resetToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be the token of a link we mailed')
  .describe('From the fragment of the mailed link')

/** The link in a reset mail: host from the settings, token in the fragment, which no server is sent. */
export const resetLink = ({ settings }: Pick<Deps, 'settings'>, token: string): string =>
  `${settings.PUBLIC_URL}/reset-password#token=${token}`

/** Whose password may be reset: locked and frozen too, for the reset ends that. */
export const isRecoverable: readonly SQL[] = [
  eq(users.status, 'active'),
  isNull(users.erasureDueAt),
]

/** Links that a new password kills: whoever has one may be whom it is to keep out. */
export const isEndedByNewPassword = sql`purpose IN ('reset', 'change_email', 'notification_email')`
