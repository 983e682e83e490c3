import * as z from 'zod'

/**
 * What a key may be good for. The platform's other services ask for the first ones when they verify
 * a key; the list is theirs to extend. The last is asked for here, and only admins' keys have it.
 */
export const scopes = [
  'catalog:read',
  'catalog:write',
  'orders:read',
  'orders:write',
  'payouts:read',
  'webhooks:manage',
  'tokens:introspect',
] as const

export type Scope = (typeof scopes)[number]

export const scope = z.enum(scopes)

const ADMIN_SCOPES: readonly Scope[] = ['tokens:introspect']

export const isForAdmins = (name: Scope): boolean => ADMIN_SCOPES.includes(name)

/** The scopes of a stored key. One that a newer version has taken off the list is none any more. */
export const readScopes = (text: string): Scope[] => {
  const names = text.split(' ')
  return scopes.filter((name) => names.includes(name))
}
