import { eq, type SQL, sql } from 'drizzle-orm'
import { insertWhere } from '../../platform/db/insert-where'
import { knownDevices } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { DAY_MS } from '../../platform/time'
import { MAX_DEVICES } from '../attempts/limiter/limits'

/** A known browser is noted anew once a day: so most logins write one row less. */
const NOTED_EVERY_MS = DAY_MS
/** What Cloudflare says when it does not know. */
const UNKNOWN_COUNTRY = 'XX'

type Place = Readonly<{ userId: string; deviceHash: string }>

/** How a country stands in `countries`: ` DE`. Empty for one that nobody knows. */
const markOf = (country: string | null) =>
  country === null || country === UNKNOWN_COUNTRY ? '' : ` ${country}`

/** What the account knows of this browser and country, before `noteDevice`. */
export const selectFamiliarity = (
  { db, caller }: Pick<Deps, 'db' | 'caller'>,
  { userId, deviceHash }: Place,
) =>
  db
    .select({
      // Not whether there are devices: an intruder could forget them all, and be no news.
      hasSignedIn: sql<number>`(SELECT last_login_at IS NOT NULL FROM users WHERE id = ${userId})`,
      thisDevice: sql<number>`coalesce(sum(device_hash = ${deviceHash}), 0)`,
      withCountry: sql<number>`coalesce(sum(countries <> ''), 0)`,
      withThisCountry: sql<number>`coalesce(sum(instr(countries, ${markOf(caller.country)}) > 0), 0)`,
    })
    .from(knownDevices)
    .where(eq(knownDevices.userId, userId))

export type Familiarity = Awaited<ReturnType<typeof selectFamiliarity>>[number]

/**
 * Whether the country of a login is the first of its kind, for an account that has been somewhere
 * before.
 */
export const isNewCountry = (known: Familiarity | undefined, country: string | null): boolean =>
  known !== undefined &&
  markOf(country) !== '' &&
  known.withCountry > 0 &&
  known.withThisCountry === 0

/** The statements that remember the browser of a login, if `opened` holds, and forget the 21st. */
export function noteDevice(
  { db, caller, now }: Pick<Deps, 'db' | 'caller' | 'now'>,
  { userId, deviceHash }: Place,
  opened: SQL,
) {
  const ms = now().getTime()
  const mark = markOf(caller.country)
  const seen = {
    userId,
    deviceHash,
    userAgent: caller.userAgent,
    country: caller.country,
    firstSeenAt: ms,
    lastSeenAt: ms,
    countries: mark,
  }
  return {
    noted: insertWhere(db, knownDevices, seen, opened).onConflictDoUpdate({
      target: [knownDevices.userId, knownDevices.deviceHash],
      set: {
        lastSeenAt: now(),
        userAgent: caller.userAgent,
        country: caller.country,
        countries: sql`CASE WHEN instr(countries, ${mark}) THEN countries
          ELSE countries || ${mark} END`,
      },
      setWhere: sql`last_seen_at <= ${ms - NOTED_EVERY_MS} OR instr(countries, ${mark}) = 0
        OR known_devices.user_agent IS NOT ${caller.userAgent}`,
    }),
    forgotten: db.delete(knownDevices).where(
      sql`user_id = ${userId} AND device_hash IN (
        SELECT device_hash FROM known_devices WHERE user_id = ${userId}
        ORDER BY last_seen_at DESC, device_hash LIMIT -1 OFFSET ${MAX_DEVICES})`,
    ),
  }
}
