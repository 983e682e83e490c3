import { users } from '../../platform/db/schema'

/** The columns of a query that make a `PasswordHolder`. */
export const holderColumns = {
  id: users.id,
  email: users.email,
  emailKey: users.emailKey,
  usernameKey: users.usernameKey,
  locale: users.locale,
  role: users.role,
  createdAt: users.createdAt,
  passwordHash: users.passwordHash,
  recoveredEpoch: users.recoveredEpoch,
  recoveredDevice: users.recoveredDevice,
}

/** What a check of the password needs to know of its owner. */
export type PasswordHolder = Readonly<{
  id: string
  email: string
  locale: string
  role: string
  createdAt: Date
  passwordHash: string
  recoveredEpoch: number | null
  recoveredDevice: string | null
}>
