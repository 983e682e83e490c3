import type { Role } from '../../platform/db/schema'

export type Permission = Readonly<{
  /** Who has it. Everyone else is refused, whatever the route. */
  roles: readonly Role[]
  /** Only in a session of two authentication factors (`aal2`): a mailed code is none. */
  needsAal2: boolean
}>

/**
 * Who may do what. Every guarded route names one of these (guards.ts), so that what is not granted
 * here is refused; the documentation and a test of every role against every route are made from it.
 */
export const permissions = {
  own_account: { roles: ['customer', 'merchant', 'admin'], needsAal2: false },
  merchant_profile: { roles: ['merchant'], needsAal2: false },
  merchant_review: { roles: ['admin'], needsAal2: true },
  user_administration: { roles: ['admin'], needsAal2: true },
  audit_log: { roles: ['admin'], needsAal2: true },
  api_keys: { roles: ['merchant', 'admin'], needsAal2: true },
} as const satisfies Record<string, Permission>

export type PermissionName = keyof typeof permissions

/** The roles that have a permission; none for a name that is none. */
export const rolesWith = (name: string): readonly Role[] =>
  new Map<string, Permission>(Object.entries(permissions)).get(name)?.roles ?? []
