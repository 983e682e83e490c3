import type { Role } from '../platform/db/schema'

/** How long a session lives at most, and how long it may rest, by role; seconds. */
export const lifetimes = {
  admin: { absoluteSeconds: 12 * 3600, idleSeconds: 15 * 60 },
  merchant: { absoluteSeconds: 24 * 3600, idleSeconds: 3600 },
  customer: { absoluteSeconds: 30 * 86_400, idleSeconds: 7 * 86_400 },
} as const satisfies Record<Role, { absoluteSeconds: number; idleSeconds: number }>

export const ACCESS_TOKEN_SECONDS = 300

/** A cookie session notes its use at most this often; so far its idle time may be cut short. */
export const USE_NOTED_EVERY_SECONDS = 60
