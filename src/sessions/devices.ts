import { and, desc, eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sha256 } from '../crypto/token'
import { knownDevices } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { deviceName } from '../email/device-name'
import { deviceHashOf, readDeviceCookie } from '../login/device-cookie'
import { problem } from '../problems'
import { reach } from '../reach'
import type { CurrentSession } from './find-session'

/** A browser that the account knows, as its owner sees it. */
export const deviceEntry = z.object({
  id: z.string(),
  current: z.boolean().describe('The one whose device cookie came along'),
  device: z.string().describe('As its `User-Agent` says'),
  country: z.string().nullable(),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
})

/** The public id of a device: not the stored hash, by which the guard knows it. */
const deviceIdOf = (deviceHash: string): string => `dev_${sha256(deviceHash).slice(0, 22)}`

/** The browsers that an account knows, the one seen last first. */
export async function listDevices(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  userId: string,
  deviceCookie: string | undefined,
): Promise<z.output<typeof deviceEntry>[]> {
  const nonce = readDeviceCookie(deps, userId, deviceCookie)
  const currentHash = nonce === undefined ? undefined : deviceHashOf(nonce)
  const rows = await deps.db
    .select()
    .from(knownDevices)
    .where(eq(knownDevices.userId, userId))
    .orderBy(desc(knownDevices.lastSeenAt), knownDevices.deviceHash)
  return rows.map((row) => ({
    id: deviceIdOf(row.deviceHash),
    current: row.deviceHash === currentHash,
    device: deviceName(row.userAgent),
    country: row.country,
    first_seen_at: row.firstSeenAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
  }))
}

type ForgetDeps = Pick<Deps, 'db' | 'now' | 'caller' | 'accountGuards'>

/** Makes one browser a stranger again: its cookie opens no counter of its own any more. */
export async function forgetDevice(
  deps: ForgetDeps,
  session: CurrentSession,
  id: string,
): Promise<void> {
  const rows = await deps.db
    .select({ deviceHash: knownDevices.deviceHash })
    .from(knownDevices)
    .where(eq(knownDevices.userId, session.user.id))
  const known = rows.find(({ deviceHash }) => deviceIdOf(deviceHash) === id)
  if (!known) throw problem('not_found')
  await forget(deps, session, known.deviceHash)
}

/** Makes all browsers of an account strangers again, the one that asks included. */
export const forgetAllDevices = (deps: ForgetDeps, session: CurrentSession): Promise<void> =>
  forget(deps, session, null)

/** The guard first: should the database fail, the device can be seen and forgotten once more. */
async function forget(
  deps: ForgetDeps,
  { id: sessionId, user }: CurrentSession,
  deviceHash: string | null,
): Promise<void> {
  const userId = user.id
  await reach('guard', () => guardOf(deps, { userId }).forgetDevice(deviceHash))
  const isMeant = and(
    eq(knownDevices.userId, userId),
    deviceHash === null ? undefined : eq(knownDevices.deviceHash, deviceHash),
  )
  await deps.db.batch([
    recordEvent(
      deps,
      {
        event: 'device_forgotten',
        userId,
        actor: userId,
        sessionId,
        data: { device: deviceHash === null ? 'all' : deviceIdOf(deviceHash) },
      },
      sql`EXISTS (SELECT 1 FROM known_devices WHERE ${isMeant})`,
    ),
    deps.db.delete(knownDevices).where(isMeant),
  ])
}
