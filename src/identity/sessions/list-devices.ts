import { desc, eq } from 'drizzle-orm'
import * as z from 'zod'
import { sha256 } from '../../platform/crypto/token'
import { knownDevices } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { deviceName } from '../../platform/email/device-name'
import type { CurrentSession } from '../credentials/find-session'

/** A browser that the account knows, as its owner sees it. */
export const deviceEntry = z.object({
  id: z.string(),
  current: z.boolean().describe('The one that this session was opened in'),
  device: z.string().describe('As its `User-Agent` says'),
  country: z.string().nullable(),
  countries: z.array(z.string()).describe('All that it has signed in from'),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
})

/** The public id of a device: not the stored hash, by which the guard knows it. */
export const deviceIdOf = (deviceHash: string): string => `dev_${sha256(deviceHash).slice(0, 22)}`

/** The browsers that an account knows, the one seen last first. */
export async function listDevices(
  deps: Pick<Deps, 'db'>,
  session: CurrentSession,
): Promise<z.output<typeof deviceEntry>[]> {
  const rows = await deps.db
    .select()
    .from(knownDevices)
    .where(devicesOf(session.user.id))
    .orderBy(desc(knownDevices.lastSeenAt), knownDevices.deviceHash)
  return rows.map((row) => ({
    id: deviceIdOf(row.deviceHash),
    current: row.deviceHash === session.deviceHash,
    device: deviceName(row.userAgent),
    country: row.country,
    countries: row.countries.split(' ').filter(Boolean),
    first_seen_at: row.firstSeenAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
  }))
}

export const devicesOf = (userId: string) => eq(knownDevices.userId, userId)
