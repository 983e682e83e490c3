import { eq, isNull, type SQL } from 'drizzle-orm'
import { users } from '../../platform/db/schema'

/** Whose password may be reset: locked and frozen too, for the reset ends that. */
export const isRecoverable: readonly SQL[] = [
  eq(users.status, 'active'),
  isNull(users.erasureDueAt),
]

/** Links that a new password kills: whoever has one may be whom it is to keep out. */
export const endedByNewPassword = ['reset', 'change_email', 'notification_email'] as const
