import * as z from 'zod'
import type { apiKeys } from '../platform/db/key-schema'
import { readScopes, scope } from './scopes'

const time = z.iso.datetime()

/** A key as its owner sees it; the key itself is seen once, when it is made. */
export const keyEntry = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  allowed_ips: z.array(z.string()).nullable().describe('`null`: from anywhere'),
  created_at: time,
  expires_at: time,
  previous_until: time.nullable().describe('Until when the key before the rotation works as well'),
  last_used_at: time.nullable().describe('Noted once a minute at most'),
  last_used_ip: z.string().nullable(),
  last_used_country: z.string().nullable(),
})

export const newKey = keyEntry.extend({ key: z.string().describe('Shown this once') })

export type KeyEntry = z.output<typeof keyEntry>

export const keyEntryOf = (row: typeof apiKeys.$inferSelect): KeyEntry => ({
  id: row.id,
  name: row.name,
  scopes: readScopes(row.scopes),
  allowed_ips: row.allowedIps?.split(' ') ?? null,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  previous_until: row.previousUntil?.toISOString() ?? null,
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
  last_used_ip: row.lastUsedIp,
  last_used_country: row.lastUsedCountry,
})
